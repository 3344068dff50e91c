namespace DistributedCache.Chaos.Faults;

/// <summary>Cuts one node off its servers: its connections are closed and refused, held so that every byte comes late, or closed once.</summary>
internal sealed class CutFault : IFault
{
    public string Name => "cut";

    public async Task<Strike> StrikeAsync(FaultScene scene, int turn)
    {
        var node = scene.AnyNode();
        var form = (turn % 3) switch { 0 => "refused", 1 => "held", _ => "closed once" };
        if (turn % 3 == 0) node.Line.Cut();
        else if (turn % 3 == 1) node.Line.Hold();
        else node.Line.Reset();
        if (turn % 3 < 2) await Task.Delay(scene.Random.Next(1_000, 5_000));
        node.Line.Mend();
        return new(form, node.Number, scene.Now);
    }

    public Task HealAsync(FaultScene scene) => Task.CompletedTask;
}
