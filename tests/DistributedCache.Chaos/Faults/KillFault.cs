using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Chaos.Faults;

/// <summary>Kills a master (SIGKILL), and starts it again as a replica once another has taken over.</summary>
internal sealed class KillFault : IFault
{
    private const string Alone = "alone", Lagging = "with a lagging replica", LaggingAndNode = "with a lagging replica and a node", Unheard = "with a lagging replica and a node, unheard";

    private static readonly TimeSpan Lag = TimeSpan.FromMilliseconds(300);

    public string Name => "kill";

    public IReadOnlyList<string> Forms => [Alone, Lagging, LaggingAndNode, Unheard];

    public async Task<Strike> StrikeAsync(FaultScene scene, string form)
    {
        var victim = await scene.AnyMasterAsync();
        var replica = (await scene.Cluster.ReplicasOfAsync(victim))[0];
        var dying = form is LaggingAndNode or Unheard ? scene.AnyNode() : null;
        // What the dying node alone knew is lost: the others learn of it by messages, or by their next heartbeat.
        var deaf = form == Unheard ? scene.Nodes.Where(node => node != dying).ToArray() : [];
        foreach (var node in deaf) node.Line.IsDeaf = true;
        // Whether a clear is known to anyone can't be asked.
        scene.World.IsClearHeld = form == Unheard;
        if (form == Alone) await victim.KillAsync();
        else await KillAheadAsync(victim, replica);
        dying?.Line.Cut();
        var gone = scene.Now;
        var atRisk = await scene.Losses.AtRiskAsync(gone, dying?.Number ?? -1);
        if (dying is not null) await dying.CrashAsync();
        foreach (var node in deaf) node.Line.Mend();
        scene.World.IsClearHeld = false;
        var over = await scene.FailoverAsync(replica);
        return new(-1, over, scene.Losses.RecordAsync(atRisk, replica, gone, over));
    }

    public Task HealAsync(FaultScene scene) => scene.Cluster.HealAsync();

    // A stopped replica can't connect again, so what is acknowledged after its link was closed dies with the master.
    private static async Task KillAheadAsync(RedisProcess victim, RedisProcess replica)
    {
        replica.Stop();
        await victim.ExecuteAsync("CLIENT", "KILL", "TYPE", "replica");
        await Task.Delay(Lag);
        await victim.KillAsync();
        replica.Continue();
    }
}
