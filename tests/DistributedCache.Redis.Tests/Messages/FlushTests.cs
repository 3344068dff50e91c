using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>A cluster that is flushed under running nodes: one master, or all.</summary>
public sealed class FlushTests : IAsyncLifetime
{
    private static readonly string[] Removed = [.. Enumerable.Range(0, 20).Select(static i => $"product:{i}")];
    private static readonly string[] Kept = [.. Enumerable.Range(0, 20).Select(static i => $"country:{i}")];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private RedisCluster _cluster = null!;
    private Node _a = null!;
    private Node _b = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartAsync();
        _a = new Node(_cluster.ConnectionString, _application, Quick);
        _b = new Node(_cluster.ConnectionString, _application, Quick);
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task FlushAll_OnMasters_BringsNothingBackAndLeavesNothingThatCanNotBeInvalidated(int masters)
    {
        foreach (var node in new[] { _a, _b })
            foreach (var key in Removed.Concat(Kept)) await node.LoadAsync(key, _loads, "shown");
        var before = _loads.Count;
        var removed = await _a.Cache.RemoveManyAsync(Removed, Stop);
        Assert.Equal(InvalidationStatus.Acknowledged, removed.Status);
        Assert.True(await _b.Cache.WaitForAsync(removed.Token, Poll.Deadline, Stop));

        foreach (var master in _cluster.Nodes.Take(masters)) await master.ExecuteAsync("FLUSHALL");

        foreach (var node in new[] { _a, _b })
            foreach (var key in Removed) Assert.True(Number(await node.LoadAsync(key, _loads, "shown")) > before, "What was removed came back.");

        // What they hold from before the flush is reached by what is invalidated after it.
        var ancient = _loads.Count;
        foreach (var key in Kept) await Poll.UntilAsync(async () => (await _a.Cache.RemoveAsync(key, Stop)).Status == InvalidationStatus.Acknowledged, () => "Nothing is invalidated any more.");
        foreach (var key in Kept)
            await Poll.UntilAsync(async () => Number(await _b.LoadAsync(key, _loads, "shown")) > ancient, () => $"'{key}' is answered from before.");
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    private static int Number(CacheLookup<string> found) => int.Parse(found.Value.AsSpan("load ".Length), System.Globalization.CultureInfo.InvariantCulture);

    private static void Quick(TieredCacheOptions o) => o.MaxStaleness = TimeSpan.FromSeconds(1);
}
