using DistributedCache.Chaos.Nodes;

namespace DistributedCache.Chaos.Workload;

/// <summary>Reads keys of every kind on one node.</summary>
internal sealed class Reader(RecordedNode node, World world, Random random)
{
    private const int Burst = 8;

    public async Task RunAsync(CancellationToken stop)
    {
        CacheKey[] keys = [.. world.Keys.Items, .. world.Keys.Single, .. world.Keys.Brief, .. world.Keys.Local, .. world.Keys.Stored, .. world.Keys.Kept];
        while (!stop.IsCancellationRequested)
        {
            for (var i = 0; i < Burst; i++) await node.ReadAsync(keys[random.Next(keys.Length)]);
            await Pause.ForAsync(10, stop);
        }
    }
}
