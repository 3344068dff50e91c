using DistributedCache.Chaos.Nodes;

namespace DistributedCache.Chaos.Workload;

/// <summary>Looks at what is in Redis while the load runs: one key at a time, so that no answer is an older call's.</summary>
internal sealed class Inspector(RecordedNode node, World world, Random random)
{
    private readonly CacheKey[] _keys = [.. world.Keys.Items, .. world.Keys.Single, .. world.Keys.Brief, .. world.Keys.Stored];

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await node.InspectAsync(_keys[random.Next(_keys.Length)]);
            await Pause.ForAsync(5, stop);
        }
    }
}
