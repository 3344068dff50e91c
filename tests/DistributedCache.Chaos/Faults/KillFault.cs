namespace DistributedCache.Chaos.Faults;

/// <summary>Kills a master (SIGKILL), and starts it again as a replica once another has taken over.</summary>
internal sealed class KillFault : IFault
{
    public string Name => "kill";

    public async Task<Strike> StrikeAsync(FaultScene scene, int turn)
    {
        var victim = await scene.AnyMasterAsync();
        var replica = (await scene.Cluster.ReplicasOfAsync(victim))[0];
        var form = (turn % 3) switch { 0 => "alone", 1 => "with a lagging replica", _ => "with a lagging replica and a node" };
        // A replica connects again within a second: what is acknowledged meanwhile dies with the master.
        if (turn % 3 > 0)
        {
            for (var i = 0; i < 10; i++)
            {
                await victim.ExecuteAsync("CLIENT", "KILL", "TYPE", "replica");
                await Task.Delay(20);
            }
        }

        var dying = turn % 3 == 2 ? scene.AnyNode() : null;
        await victim.KillAsync();
        var gone = scene.Now;
        dying?.Line.Cut();
        var atRisk = await scene.Losses.AtRiskAsync(gone, dying?.Number ?? -1);
        if (dying is not null) await dying.CrashAsync();
        var over = await scene.FailoverAsync(replica);
        return new(form, -1, over, scene.Losses.RecordAsync(atRisk, gone, over));
    }

    public Task HealAsync(FaultScene scene) => scene.Cluster.HealAsync();
}
