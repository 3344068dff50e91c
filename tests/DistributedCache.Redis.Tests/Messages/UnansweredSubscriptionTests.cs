using System.Diagnostics;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>A server that answers all but who subscribes: no message comes, and its heads and log are read as ever.</summary>
public sealed class UnansweredSubscriptionTests : IAsyncLifetime
{
    private const string Key = "product:1";

    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(2);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private RedisSingle _server = null!;
    private Relay _relay = null!;
    private Node _a = null!;
    private Node _b = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisSingle.StartAsync();
        _relay = Relay.To(_server.Server);
        _a = new Node(_server.ConnectionString, _application, Configure);
        _b = new Node(_relay.Endpoint, _application, Configure);
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
    }

    [Fact]
    public async Task Heads_WhileNobodyIsSubscribed_AreRead()
    {
        _relay.HangsWhoSubscribes = true;
        Assert.True(await _relay.LoseSubscriptionsAsync() > 0);
        await Poll.UntilAsync(() => Task.FromResult(_b.Logs.Of(2003).Count > 0), () => "The node has not subscribed anew.");

        // Longer than it may take to notice that nothing is verified any more.
        for (var i = 0; i < 4; i++) await FollowsAsync();
        Assert.Empty(_b.Logs.Of(20));
    }

    [Fact]
    public async Task Start_WhileSubscribingIsNotAnswered_Follows()
    {
        _relay.HangsWhoSubscribes = true;
        await using var late = new Node(_relay.Endpoint, _application, Configure);
        await late.UntilWritingAsync();
        await _b.DisposeAsync();
        _b = late;
        for (var i = 0; i < 4; i++) await FollowsAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _relay.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static void Configure(TieredCacheOptions options) => (options.MaxStaleness, options.Partitions) = (MaxStaleness, 4);

    // What one node removes the other finds out by its heartbeats, which verify what it answers until then.
    private async Task FollowsAsync()
    {
        await _b.LoadAsync(Key, _loads);
        var before = (await _b.LoadAsync(Key, _loads)).Value;
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.RemoveAsync(Key, Stop)).Status);
        var removed = Stopwatch.GetTimestamp();
        await Poll.UntilAsync(
            async () =>
            {
                var elapsed = Stopwatch.GetElapsedTime(removed);
                var found = await _b.LoadAsync(Key, _loads);
                Assert.False(found.IsUnverified, $"Unverified {elapsed} after the removal.");
                return found.Value != before;
            },
            () => "The node does not follow.",
            MaxStaleness);
    }
}
