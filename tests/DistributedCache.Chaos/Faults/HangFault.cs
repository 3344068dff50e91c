namespace DistributedCache.Chaos.Faults;

/// <summary>Hangs a master (SIGSTOP): for less than a heartbeat may be late, for less than a failover takes, or until there was one.</summary>
internal sealed class HangFault : IFault
{
    private const string Moment = "one heartbeat", While = "shorter than a failover", Failover = "until the failover";

    private static readonly TimeSpan LateHeartbeat = TimeSpan.FromMilliseconds(600);

    public string Name => "hang";

    public IReadOnlyList<string> Forms => [Moment, While, Failover];

    public Task<Strike> StrikeAsync(FaultScene scene, string form) => form switch
    {
        Failover => UntilFailoverAsync(scene),
        Moment => ForAMomentAsync(scene),
        _ => ForAWhileAsync(scene),
    };

    public Task HealAsync(FaultScene scene) => scene.Cluster.HealAsync();

    private static async Task<Strike> UntilFailoverAsync(FaultScene scene)
    {
        var victim = await scene.AnyMasterAsync();
        var replica = (await scene.Cluster.ReplicasOfAsync(victim))[0];
        victim.Stop();
        var gone = scene.Now;
        var atRisk = await scene.Losses.AtRiskAsync(gone, -1);
        var over = await scene.FailoverAsync(replica);
        return new(-1, over, scene.Losses.RecordAsync(atRisk, replica, gone, over));
    }

    private static async Task<Strike> ForAMomentAsync(FaultScene scene)
    {
        var victim = await scene.AnyMasterAsync();
        await scene.Kept.WarmAsync();
        victim.Stop();
        var reading = scene.Kept.ReadAsync(2 * LateHeartbeat);
        await Task.Delay(LateHeartbeat);
        victim.Continue();
        return new(-1, scene.Now, reading);
    }

    private static async Task<Strike> ForAWhileAsync(FaultScene scene)
    {
        var victim = await scene.AnyMasterAsync();
        victim.Stop();
        await Task.Delay(Math.Min(5_000, scene.NodeTimeout / 2));
        victim.Continue();
        return new(-1, scene.Now);
    }
}
