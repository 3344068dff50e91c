using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Workload;

namespace DistributedCache.Chaos.Faults;

/// <summary>Does one fault after another, with a calm between them, and waits after each until the nodes are coherent again.</summary>
internal sealed class FaultRunner(FaultScene scene, FaultDeck deck, RecoveryWatch recovery, Action<string> say)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public async Task RunAsync(TimeSpan time)
    {
        var end = scene.Now + time.TotalMilliseconds;
        while (true)
        {
            // Long enough that there is something healthy to measure.
            await Task.Delay(scene.Random.Next(2_500, 4_500));
            if (scene.Now >= end) return;
            var (fault, form) = deck.Next();
            await DoAsync(fault, form);
        }
    }

    private async Task DoAsync(IFault fault, string form)
    {
        await recovery.WarmAsync();
        var began = scene.Now;
        var strike = await fault.StrikeAsync(scene, form);
        var coherent = await recovery.UntilCoherentAsync(Patience);
        if (strike.Meanwhile is { } meanwhile) await meanwhile;
        var took = coherent - strike.Since;
        scene.World.History.Add(new(
            Operation.Recover, strike.Since, strike.Since + (took ?? Patience.TotalMilliseconds), strike.Node, fault.Name, -1,
            coherent is null ? Result.Failed : Result.Done, form));
        await fault.HealAsync(scene);
        scene.World.History.Add(new(Operation.Fault, began, scene.Now, strike.Node, fault.Name, Status: form));
        say($"{began / 1000,6:0.0} s  {fault.Name}, {form}{(strike.Node < 0 ? "" : $", node {strike.Node}")}: struck for {(strike.Since - began) / 1000:0.00} s, "
            + (took is { } time ? $"coherent again {time / 1000:0.00} s after" : $"not coherent within {Patience.TotalSeconds} s"));
    }
}
