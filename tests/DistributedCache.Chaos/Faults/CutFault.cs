namespace DistributedCache.Chaos.Faults;

/// <summary>Cuts one node off its servers: its connections are closed and refused, held so that every byte comes late, or closed once.</summary>
internal sealed class CutFault : IFault
{
    private const string Refused = "refused", Held = "held", Once = "closed once";

    public string Name => "cut";

    public IReadOnlyList<string> Forms => [Refused, Held, Once];

    public async Task<Strike> StrikeAsync(FaultScene scene, string form)
    {
        var node = scene.AnyNode();
        if (form == Refused) node.Line.Cut();
        else if (form == Held) node.Line.Hold();
        else node.Line.Reset();
        if (form != Once) await Task.Delay(scene.Random.Next(1_000, 5_000));
        node.Line.Mend();
        return new(node.Number, scene.Now);
    }

    public Task HealAsync(FaultScene scene) => Task.CompletedTask;
}
