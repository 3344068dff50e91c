namespace DistributedCache.Chaos.Faults;

/// <summary>Makes a replica the master: with its master's consent, or without anyone's.</summary>
internal sealed class FailoverFault : IFault
{
    public string Name => "failover";

    public async Task<Strike> StrikeAsync(FaultScene scene, int turn)
    {
        var replica = (await scene.Cluster.ReplicasOfAsync(await scene.AnyMasterAsync()))[0];
        string[] command = turn % 2 == 0 ? ["CLUSTER", "FAILOVER"] : ["CLUSTER", "FAILOVER", "TAKEOVER"];
        await replica.ExecuteAsync(command);
        var gone = scene.Now;
        var atRisk = await scene.Losses.AtRiskAsync(gone, -1);
        var over = await scene.FailoverAsync(replica);
        return new(turn % 2 == 0 ? "by consent" : "takeover", -1, over, scene.Losses.RecordAsync(atRisk, gone, over));
    }

    public Task HealAsync(FaultScene scene) => scene.Cluster.WaitUntilWellAsync();
}
