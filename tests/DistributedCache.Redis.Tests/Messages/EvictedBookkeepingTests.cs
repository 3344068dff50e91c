using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>A cluster that evicts what the library keeps for itself, as it may under <c>allkeys-lru</c>: a partition's hash, or its log.</summary>
public sealed class EvictedBookkeepingTests : IAsyncLifetime
{
    private static readonly string[] Removed = [.. Enumerable.Range(0, 10).Select(static i => $"product:{i}")];
    private static readonly string[] Kept = [.. Enumerable.Range(0, 10).Select(static i => $"country:{i}")];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _connectionString;
    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private Stored _stored = null!;
    private Node _a = null!;
    private Node _b = null!;

    public EvictedBookkeepingTests(SharedRedisCluster servers) => _connectionString = servers.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        _stored = await Stored.OpenAsync(_connectionString, _application, partitions: 4);
        _a = new Node(_connectionString, _application, Quick);
        _b = new Node(_connectionString, _application, Quick);
        foreach (var node in new[] { _a, _b })
        {
            await node.UntilWritingAsync();
            foreach (var key in Removed.Concat(Kept)) await node.LoadAsync(key, _loads, "shown");
        }
    }

    [Fact]
    public async Task Evict_OfThePartitionsHashes_MakesAllOlderEntriesInvalidAndGoesOn()
    {
        await RemoveAsync(_a, Removed);
        var before = _loads.Count;
        for (var i = 0; i < 4; i++) await _stored.Database.KeyDeleteAsync(_stored.Hash(i));

        // Every key is asked for until it is loaded anew: the values in Redis are of the incarnation that is gone.
        foreach (var node in new[] { _a, _b })
            foreach (var key in Removed.Concat(Kept))
                await Poll.UntilAsync(async () => Number(await node.LoadAsync(key, _loads, "shown")) > before, () => $"'{key}' is answered from before.");
        await SharesAsync();
    }

    [Fact]
    public async Task Evict_OfTheLogs_LosesNoInvalidationAndGoesOn()
    {
        for (var i = 0; i < 4; i++) await _stored.Database.KeyDeleteAsync(_stored.Log(i));
        var before = _loads.Count;
        await RemoveAsync(_a, Removed);
        foreach (var key in Removed)
            await Poll.UntilAsync(async () => Number(await _b.LoadAsync(key, _loads, "shown")) > before, () => $"'{key}' is answered from before.");
        Assert.Equal(0, _a.Faults["remote"] + _b.Faults["remote"]);
        await SharesAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _stored.DisposeAsync();
    }

    private static async Task RemoveAsync(Node node, string[] keys)
    {
        var removed = await node.Cache.RemoveManyAsync(keys, Stop);
        Assert.Equal(InvalidationStatus.Acknowledged, removed.Status);
    }

    private async Task SharesAsync()
    {
        foreach (var key in Kept)
        {
            // In an incarnation that one node began the other has yet to register: until then each keeps what it loads itself.
            await Poll.UntilAsync(
                async () =>
                {
                    var removed = await _a.Cache.RemoveAsync(key, Stop);
                    Assert.True(await _b.Cache.WaitForAsync(removed.Token, Poll.Deadline, Stop));
                    var loaded = await _b.LoadAsync(key, _loads, "shown");
                    Assert.Equal(CacheTier.Source, loaded.Tier);
                    return loaded.Value == (await _a.LoadAsync(key, _loads, "shown")).Value;
                },
                () => $"What one node loads under '{key}' the other does not take.");
        }
    }

    private static int Number(CacheLookup<string> found) => int.Parse(found.Value.AsSpan("load ".Length), System.Globalization.CultureInfo.InvariantCulture);

    private static void Quick(TieredCacheOptions o) => (o.MaxStaleness, o.Partitions) = (TimeSpan.FromSeconds(1), 4);
}
