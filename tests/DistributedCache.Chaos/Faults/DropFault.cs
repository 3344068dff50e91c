namespace DistributedCache.Chaos.Faults;

/// <summary>Loses messages: a node's subscriptions bring nothing for a while and nothing is said of it, or the servers close them all.</summary>
internal sealed class DropFault : IFault
{
    private const string Deaf = "deaf", Closed = "closed";

    public string Name => "drop";

    public IReadOnlyList<string> Forms => [Deaf, Closed];

    public async Task<Strike> StrikeAsync(FaultScene scene, string form)
    {
        if (form == Deaf)
        {
            var node = scene.AnyNode();
            node.Line.IsDeaf = true;
            await Task.Delay(scene.Random.Next(1_000, 4_000));
            node.Line.Mend();
            return new(node.Number, scene.Now);
        }

        foreach (var server in scene.Cluster.Nodes) await server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        return new(-1, scene.Now);
    }

    public Task HealAsync(FaultScene scene) => Task.CompletedTask;
}
