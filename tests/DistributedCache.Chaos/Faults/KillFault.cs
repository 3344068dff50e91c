using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Chaos.Faults;

/// <summary>Kills a master (SIGKILL), and starts it again as a replica once another has taken over.</summary>
internal sealed class KillFault : IFault
{
    private const string Alone = "alone", Lagging = "with a lagging replica", LaggingAndNode = "with a lagging replica and a node";

    private static readonly TimeSpan Lag = TimeSpan.FromMilliseconds(300);

    public string Name => "kill";

    public IReadOnlyList<string> Forms => [Alone, Lagging, LaggingAndNode];

    public async Task<Strike> StrikeAsync(FaultScene scene, string form)
    {
        var victim = await scene.AnyMasterAsync();
        var replica = (await scene.Cluster.ReplicasOfAsync(victim))[0];
        var dying = form == LaggingAndNode ? scene.AnyNode() : null;
        if (form == Alone) await victim.KillAsync();
        else await KillAheadAsync(victim, replica);
        dying?.Line.Cut();
        var gone = scene.Now;
        var atRisk = await scene.Losses.AtRiskAsync(gone, dying?.Number ?? -1);
        if (dying is not null) await dying.CrashAsync();
        var over = await scene.FailoverAsync(replica);
        return new(-1, over, scene.Losses.RecordAsync(atRisk, gone, over));
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
