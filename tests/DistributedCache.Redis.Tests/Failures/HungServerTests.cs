using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>A server that is there and answers nothing.</summary>
public sealed class HungServerTests : IAsyncLifetime
{
    private static readonly TieredCacheEntryOptions Remote = new() { Flags = HybridCacheEntryFlags.DisableLocalCacheRead };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private RedisSingle _server = null!;
    private Node _a = null!;
    private Node _b = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisSingle.StartAsync();
        _a = new Node(_server.ConnectionString + Node.EndlessClient, _application, Configure, isPatient: false);
        _b = new Node(_server.ConnectionString + Node.EndlessClient, _application, Configure, isPatient: false);
        await _a.UntilWritingAsync("product:1", "basket:1");
        await _b.UntilWritingAsync("product:2");
    }

    [Fact]
    public async Task Calls_WhileTheServerHangs_EndWithinTheTimeLimit()
    {
        _server.Server.Stop();

        Assert.Equal("loaded", await TimedAsync(_a.Cache.GetOrCreateAsync("product:2", 0, static (_, _, _) => ValueTask.FromResult("loaded"), Remote, cancellationToken: Stop)));
        Assert.False((await TimedAsync(_a.Cache.GetAsync<string>("product:3", Remote, Stop))).HasValue);
        Assert.Equal(InvalidationStatus.Queued, (await TimedAsync(_a.Cache.SetAsync("product:4", "set", cancellationToken: Stop))).Status);
        Assert.Equal(InvalidationStatus.Queued, (await TimedAsync(_a.Cache.RemoveAsync("product:1", Stop))).Status);
        Assert.Equal(InvalidationStatus.Queued, (await TimedAsync(_a.Cache.ExpireAsync("product:1", Stop))).Status);
        Assert.Equal(InvalidationStatus.Queued, (await TimedAsync(_a.Cache.RemoveByTagAsync("shown", Stop))).Status);
        Assert.Equal(InvalidationStatus.Queued, (await TimedAsync(_a.Cache.ClearAsync(Stop))).Status);
        Assert.True((await TimedAsync(_a.Cache.GetAsync<string>("basket:2", cancellationToken: Stop))).IsUnavailable);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await TimedAsync(new ValueTask<byte[]?>(_a.Distributed.GetAsync("session:1", Stop))));
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i =>
            TimedAsync(_a.Cache.GetOrCreateAsync($"country:{i}", 0, static (_, _, _) => ValueTask.FromResult("loaded"), cancellationToken: Stop))));
    }

    [Fact]
    public async Task Calls_AfterTheServerGoesOn_AreSharedAgainAndShowNothingOld()
    {
        var loads = new Node.Counter();
        await _a.LoadAsync("product:9", loads, "shown");
        await _b.LoadAsync("product:9", loads, "shown");
        _server.Server.Stop();
        Assert.Equal(InvalidationStatus.Queued, (await TimedAsync(_a.Cache.RemoveAsync("product:9", Stop))).Status);
        await Poll.UntilAsync(() => Task.FromResult(_b.Logs.Of(20).Count > 0), () => "That the server is away was not logged.");

        _server.Server.Continue();

        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
        await Poll.UntilAsync(() => Task.FromResult(_a.Logs.Of(23).Count > 0), () => "That the removal which waited was sent was not logged.");
        await Poll.UntilAsync(
            async () =>
            {
                var old = loads.Count;
                var removed = await _a.Cache.RemoveByTagAsync("shown", Stop);
                if (removed.Status != InvalidationStatus.Acknowledged) return false;
                await _b.UntilLocalIsAsync("product:9", null);
                var value = (await _b.LoadAsync("product:9", loads, "shown")).Value;
                return value == (await _a.LoadAsync("product:9", loads, "shown")).Value && value == $"load {old + 1}";
            },
            () => $"The nodes do not share their values. They logged:\n{string.Join('\n', _a.Logs.All.Concat(_b.Logs.All))}");
        foreach (var node in new[] { _a, _b })
            await Poll.UntilAsync(() => Task.FromResult(node.Logs.Of(20).Count == node.Logs.Of(21).Count), () => $"That the server is back was not logged:\n{string.Join('\n', node.Logs.All)}");
    }

    [Fact]
    public async Task Dispose_WhileTheServerHangs_Ends()
    {
        var node = new Node(_server.ConnectionString, _application, isPatient: false);
        await node.UntilWritingAsync();
        _server.Server.Stop();
        var call = node.Cache.GetAsync<string>("product:1", Remote, Stop);
        await TimedAsync(Dispose(node));
        await call;

        static async ValueTask<bool> Dispose(Node node)
        {
            await node.DisposeAsync();
            return true;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _server.Server.Continue();
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static void Configure(TieredCacheOptions options) => options.Profiles["primary"] = new() { Keys = ["basket:"], Primary = true };

    // The client waits for longer: nothing but the cache's own time limit ends a call.
    private static Task<T> TimedAsync<T>(ValueTask<T> call) => call.AsTask().WaitAsync(Poll.Deadline, Stop);
}
