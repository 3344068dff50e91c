namespace DistributedCache.Chaos.Faults;

/// <summary>Empties every master.</summary>
internal sealed class FlushFault : IFault
{
    public string Name => "flush";

    public IReadOnlyList<string> Forms => ["all masters"];

    public async Task<Strike> StrikeAsync(FaultScene scene, string form)
    {
        foreach (var master in await scene.MastersAsync()) await master.ExecuteAsync("FLUSHALL");
        return new(-1, scene.Now);
    }

    public Task HealAsync(FaultScene scene) => Task.CompletedTask;
}
