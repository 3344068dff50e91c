using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Nodes;

namespace DistributedCache.Chaos.Workload;

/// <summary>Reads what nobody invalidates, to see what a late heartbeat costs.</summary>
internal sealed class KeptHits(IReadOnlyList<RecordedNode> nodes, World world)
{
    /// <summary>Holds the clears, and brings the keys into every node's memory.</summary>
    public async Task WarmAsync()
    {
        world.IsClearHeld = true;
        await Task.Delay(200);
        for (var i = 0; i < 2; i++)
            foreach (var node in nodes)
                foreach (var key in world.Keys.Kept) await node.ReadAsync(key);
    }

    /// <summary>Reads them on all nodes until a time has passed; then clears go on.</summary>
    public async Task ReadAsync(TimeSpan time)
    {
        var end = world.History.Now + time.TotalMilliseconds;
        while (world.History.Now < end)
        {
            foreach (var node in nodes)
                foreach (var key in world.Keys.Kept) await node.ReadAsync(key, Operation.Keep);
            await Task.Delay(20);
        }

        world.IsClearHeld = false;
    }
}
