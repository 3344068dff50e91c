using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Primary;

/// <summary>Primary values of two nodes.</summary>
public sealed class PrimaryTests(SharedRedisCluster servers) : IAsyncLifetime
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private Node _a = null!;
    private Node _b = null!;
    private Stored _stored = null!;

    public async ValueTask InitializeAsync()
    {
        _a = new Node(servers.ConnectionString, _application, o => Configure(o, "v1"));
        _b = new Node(servers.ConnectionString, _application, o => Configure(o, "v2"));
        _stored = await Stored.OpenAsync(servers.ConnectionString, _application);
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
    }

    [Fact]
    public async Task GetOrCreate_OnBothNodesAtOnce_GivesBothTheSameValue()
    {
        for (var i = 0; i < 50; i++)
        {
            var key = $"nonce:{i}";
            var both = await Task.WhenAll(
                _a.Cache.GetOrCreateAsync(key, 0, static (_, _, _) => ValueTask.FromResult("of a"), cancellationToken: Stop).AsTask(),
                _b.Cache.GetOrCreateAsync(key, 0, static (_, _, _) => ValueTask.FromResult("of b"), cancellationToken: Stop).AsTask());
            Assert.Equal(both[0], both[1]);
        }
    }

    [Fact]
    public async Task GetOrCreate_WithBothFactoriesAtWork_GivesBothTheFirstToBeStored()
    {
        var bothRun = new TaskCompletionSource();
        var running = 0;
        var a = LoadAsync(_a, "of a");
        var b = LoadAsync(_b, "of b");
        Assert.Equal(await a, await b);
        Assert.Equal(await a, (await _b.Cache.GetAsync<string>("nonce:1", cancellationToken: Stop)).Value);

        Task<string> LoadAsync(Node node, string value) => node.Cache.GetOrCreateAsync("nonce:1", 0, async (_, _, _) =>
        {
            if (Interlocked.Increment(ref running) == 2) bothRun.SetResult();
            await bothRun.Task.WaitAsync(Poll.Deadline, Stop);
            return value;
        }, cancellationToken: Stop).AsTask();
    }

    [Theory]
    [InlineData("clear")]
    [InlineData("prefix")]
    public async Task Invalidation_OfAll_LeavesPrimaryValues(string how)
    {
        await _a.Cache.SetAsync("basket:1", "kept", cancellationToken: Stop);
        await _a.Distributed.SetAsync("session:1", [1], new(), Stop);
        Assert.Equal("kept", (await _b.Cache.GetAsync<string>("basket:1", cancellationToken: Stop)).Value);
        var result = how == "clear" ? await _b.Cache.ClearAsync(Stop) : await _b.Cache.RemoveByPrefixAsync("basket:", Stop);
        Assert.Equal(InvalidationStatus.Acknowledged, result.Status);
        await _a.Cache.WaitForAsync(result.Token, Poll.Deadline, Stop);
        foreach (var node in new[] { _a, _b })
        {
            Assert.Equal("kept", (await node.Cache.GetAsync<string>("basket:1", cancellationToken: Stop)).Value);
            Assert.Equal([1], await node.Distributed.GetAsync("session:1", Stop));
        }
    }

    [Fact]
    public async Task Remove_OnOneNode_IsSeenOnTheOther()
    {
        await _a.Cache.SetAsync("basket:1", "old", cancellationToken: Stop);
        Assert.Equal("old", (await _b.Cache.GetAsync<string>("basket:1", cancellationToken: Stop)).Value);
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.RemoveAsync("basket:1", Stop)).Status);
        await _b.UntilLocalIsAsync("basket:1", null);
        Assert.False((await _b.Cache.GetAsync<string>("basket:1", cancellationToken: Stop)).HasValue);
        Assert.False(await _stored.Database.KeyExistsAsync(_stored.Primary("basket:1")));
    }

    [Fact]
    public async Task Set_OnOneNode_IsWhatTheOtherVersionReads()
    {
        await _a.Cache.SetAsync("basket:1", "old", cancellationToken: Stop);
        Assert.Equal("old", (await _b.Cache.GetAsync<string>("basket:1", cancellationToken: Stop)).Value);
        await _a.Cache.SetAsync("basket:1", "new", cancellationToken: Stop);
        await Poll.UntilAsync(
            async () => (await _b.Cache.GetAsync<string>("basket:1", cancellationToken: Stop)).Value == "new", () => "The other node did not see the new value.");
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _stored.DisposeAsync();
    }

    private static void Configure(TieredCacheOptions options, string version)
    {
        options.Version = version;
        options.Profiles["primary"] = new() { Keys = ["basket:", "nonce:"], Primary = true };
    }
}
