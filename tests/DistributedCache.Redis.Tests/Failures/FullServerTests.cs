using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>Masters whose memory is full, and that evict nothing.</summary>
public sealed class FullServerTests : IAsyncLifetime
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 20).Select(static i => $"product:{i}")];
    private static readonly TieredCacheEntryOptions Remote = new() { Flags = HybridCacheEntryFlags.DisableLocalCacheRead };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private RedisCluster _cluster = null!;
    private Node _a = null!;
    private Node _b = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartAsync(settings: "maxmemory-policy noeviction");
        _a = new Node(_cluster.ConnectionString, _application);
        _b = new Node(_cluster.ConnectionString, _application);
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
        foreach (var key in Keys)
            foreach (var node in new[] { _a, _b }) await node.LoadAsync(key, _loads, "shown");
        await FillAsync();
    }

    [Fact]
    public async Task Invalidate_ServersAreFull_IsAcknowledgedAndReachesTheOtherNode()
    {
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.RemoveAsync(Keys[0], Stop)).Status);
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.ExpireAsync(Keys[1], Stop)).Status);
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.RemoveManyAsync(Keys[2..10], Stop)).Status);
        foreach (var key in Keys[..10]) await _b.UntilLocalIsAsync(key, null);
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.RemoveByTagAsync("shown", Stop)).Status);
        await _b.UntilLocalIsAsync(Keys[10], null);
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.RemoveByPrefixAsync("product:", Stop)).Status);
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.ClearAsync(Stop)).Status);
    }

    [Fact]
    public async Task Start_ServersAreFull_ReadsWhatIsStored()
    {
        await using var late = new Node(_cluster.ConnectionString, _application);
        await Poll.UntilAsync(
            async () => (await late.Cache.GetAsync<string>(Keys[0], cancellationToken: Stop)).Tier == CacheTier.Remote,
            () => $"Nothing is read. It logged:\n{string.Join('\n', late.Logs.All.TakeLast(5))}");
    }

    [Fact]
    public async Task GetOrCreate_ServersAreFull_AnswersWhatTheFactoryLoads()
    {
        await _a.Cache.RemoveManyAsync(Keys, Stop);
        var before = _loads.Count;
        foreach (var key in Keys) Assert.Equal(CacheTier.Source, (await _a.LoadAsync(key, _loads)).Tier);
        foreach (var key in Keys) Assert.Equal(CacheTier.Local, (await _a.LoadAsync(key, _loads)).Tier);
        Assert.Equal(before + Keys.Length, _loads.Count);
        var many = await _a.Cache.GetOrCreateManyAsync<string>(
            ["country:1", "country:2"], (keys, _, _) => ValueTask.FromResult<IReadOnlyDictionary<string, string>>(keys.ToDictionary(static key => key)), cancellationToken: Stop);
        Assert.Equal("country:2", many["country:2"]);
    }

    [Fact]
    public async Task Set_ServersAreFull_IsRejectedAndLeavesNoOldValueAnywhere()
    {
        foreach (var key in Keys) Assert.Equal(InvalidationStatus.Rejected, (await _a.Cache.SetAsync(key, "new", cancellationToken: Stop)).Status);
        foreach (var key in Keys)
        {
            await _b.UntilLocalIsAsync(key, null);
            Assert.False((await _a.Cache.GetAsync<string>(key, Remote, Stop)).HasValue);
        }
    }

    [Fact]
    public async Task Breaker_ServersRefuseForWantOfRoom_StaysClosedAndTheyAreReadAllTheSame()
    {
        for (var i = 0; i < 40; i++) await _a.Cache.SetAsync($"country:{i}", "new", cancellationToken: Stop);
        foreach (var key in Keys) Assert.Equal(CacheTier.Remote, (await _a.Cache.GetAsync<string>(key, Remote, Stop)).Tier);
        Assert.Empty(_a.Logs.Of(20));
        Assert.Equal(40, _a.Faults["remote"]);

        await FillAsync(limit: "0");
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.SetAsync("country:1", "new", cancellationToken: Stop)).Status);
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    // Less than the servers use already; none is no limit.
    private async Task FillAsync(string limit = "1000")
    {
        foreach (var node in _cluster.Nodes) await node.ExecuteAsync("CONFIG", "SET", "maxmemory", limit);
    }
}
