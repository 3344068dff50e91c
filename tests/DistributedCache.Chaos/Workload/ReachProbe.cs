using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Nodes;

namespace DistributedCache.Chaos.Workload;

/// <summary>Measures the time from the call that invalidates a key on one node to the moment no node's memory answers it any more.</summary>
internal sealed class ReachProbe(IReadOnlyList<RecordedNode> nodes, World world, Random random)
{
    private const double Patience = 10_000;

    private readonly CacheKey[] _keys = [.. Enumerable.Range(0, 16).Select(i => world.Keys.Add(new($"probe:{i}", [])))];

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Pause.ForAsync(random.Next(20, 60), stop);
            await ProbeAsync(_keys[random.Next(_keys.Length)], nodes[random.Next(nodes.Count)]);
        }
    }

    private async Task ProbeAsync(CacheKey key, RecordedNode writer)
    {
        foreach (var node in nodes) await node.ReadAsync(key);
        var version = world.Source.Write(key.Name);
        var began = world.History.Now;
        if ((await writer.RemoveAsync(key)).Result != Result.Done) return;
        var isGone = true;
        foreach (var node in nodes) isGone &= await IsGoneAsync(node, key, version, began);
        world.History.Add(new(Operation.Reach, began, world.History.Now, writer.Number, key.Name, version, isGone ? Result.Done : Result.Failed));
    }

    // Looks again and again, as a timer's ticks are longer than what is measured.
    private async Task<bool> IsGoneAsync(RecordedNode node, CacheKey key, long version, double began)
    {
        while (await node.HoldsOlderAsync(key, version))
        {
            if (world.History.Now - began > Patience) return false;
            await Task.Yield();
        }

        return true;
    }
}
