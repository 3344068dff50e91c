using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Nodes;

namespace DistributedCache.Chaos.Workload;

/// <summary>Writes to the source, and then tells the cache of it on one node: by key, tag, prefix, clear or with the value.</summary>
internal sealed class Writer(RecordedNode node, World world, StoredRows rows, Random random)
{
    private readonly CacheKey[] _loaded = [.. world.Keys.Items, .. world.Keys.Brief, .. world.Keys.Local];

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Pause.ForAsync(random.Next(20, 100), stop);
            await WriteAsync(random.Next(1000));
        }
    }

    private async Task WriteAsync(int draw)
    {
        var key = _loaded[random.Next(_loaded.Length)];
        switch (draw)
        {
            case < 5:
                if (world.IsClearHeld) return;
                foreach (var loaded in _loaded) world.Source.Write(loaded.Name);
                await node.ClearAsync();
                return;
            case < 100:
                foreach (var loaded in world.Keys.Covered(Operation.RemoveByPrefix, key.Prefix)) world.Source.Write(loaded.Name);
                await node.RemoveByPrefixAsync(key.Prefix);
                return;
            case < 250:
                var tag = key.Tags[random.Next(key.Tags.Count)];
                foreach (var loaded in world.Keys.Covered(Operation.RemoveByTag, tag)) world.Source.Write(loaded.Name);
                await node.RemoveByTagAsync(tag);
                return;
            case < 450:
                await StoreAsync(world.Keys.Stored[random.Next(world.Keys.Stored.Count)], draw < 300);
                return;
            default:
                if (draw >= 750) key = world.Keys.Single[random.Next(world.Keys.Single.Count)];
                world.Source.Write(key.Name);
                await node.RemoveAsync(key);
                return;
        }
    }

    // Who stores a value has it from the source under the row's lock: otherwise an older one could be sent after a newer.
    private async Task StoreAsync(CacheKey key, bool removes)
    {
        using var row = await rows.LockAsync(key.Name);
        var version = world.Source.Write(key.Name);
        if (removes) await node.RemoveAsync(key);
        else await node.SetAsync(key, new(key.Name, version));
    }
}
