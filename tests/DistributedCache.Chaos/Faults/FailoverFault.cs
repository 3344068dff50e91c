namespace DistributedCache.Chaos.Faults;

/// <summary>Makes a replica the master: with its master's consent, or without anyone's.</summary>
internal sealed class FailoverFault : IFault
{
    private const string Consent = "by consent", Takeover = "takeover";

    public string Name => "failover";

    public IReadOnlyList<string> Forms => [Consent, Takeover];

    public async Task<Strike> StrikeAsync(FaultScene scene, string form)
    {
        var replica = (await scene.Cluster.ReplicasOfAsync(await scene.AnyMasterAsync()))[0];
        string[] command = form == Consent ? ["CLUSTER", "FAILOVER"] : ["CLUSTER", "FAILOVER", "TAKEOVER"];
        await replica.ExecuteAsync(command);
        var gone = scene.Now;
        var atRisk = await scene.Losses.AtRiskAsync(gone, -1);
        var over = await scene.FailoverAsync(replica);
        return new(-1, over, scene.Losses.RecordAsync(atRisk, replica, gone, over));
    }

    public Task HealAsync(FaultScene scene) => scene.Cluster.WaitUntilWellAsync();
}
