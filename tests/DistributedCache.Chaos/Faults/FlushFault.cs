namespace DistributedCache.Chaos.Faults;

/// <summary>Empties every master.</summary>
internal sealed class FlushFault : IFault
{
    public string Name => "flush";

    public async Task<Strike> StrikeAsync(FaultScene scene, int turn)
    {
        foreach (var master in await scene.MastersAsync()) await master.ExecuteAsync("FLUSHALL");
        return new("all masters", -1, scene.Now);
    }

    public Task HealAsync(FaultScene scene) => Task.CompletedTask;
}
