using System.Diagnostics;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>One channel whose subscription is gone, while the others of its server are heard and the client takes it for subscribed.</summary>
public sealed class LostChannelTests : IAsyncLifetime
{
    private const string Key = "product:1";

    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(2);

    // Two heartbeats and the time a message may take; the rest is for a busy machine.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(4);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private RedisSingle _server = null!;
    private Relay _relay = null!;
    private Stored _stored = null!;
    private Node _a = null!;
    private Node _b = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisSingle.StartAsync();
        _relay = Relay.To(_server.Server);
        _stored = await Stored.OpenAsync(_server.ConnectionString, _application, partitions: 4);
        _a = new Node(_server.ConnectionString, _application, Configure);
        _b = new Node(_relay.Endpoint, _application, Configure);
        await _a.UntilWritingAsync(Key);
        await _b.UntilWritingAsync(Key);
        await ListenersAreAsync(2, Poll.Deadline);
        Assert.True(await _relay.LoseSubscriptionAsync(Channel) > 0);
        await ListenersAreAsync(1, Poll.Deadline);
    }

    [Fact]
    public async Task Invalidation_WhileTheChannelIsLost_IsSeenWithinMaxStaleness()
    {
        await _b.LoadAsync(Key, _loads);
        var before = (await _b.LoadAsync(Key, _loads)).Value;
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.RemoveAsync(Key, Stop)).Status);
        var removed = Stopwatch.GetTimestamp();

        // Each read that begins later must not find it: the first that does not may have begun sooner.
        await Poll.UntilAsync(
            async () =>
            {
                var elapsed = Stopwatch.GetElapsedTime(removed);
                var found = await _b.LoadAsync(Key, _loads);
                if (found.Value != before) return true;
                Assert.True(elapsed <= MaxStaleness || found.IsUnverified, $"Answered as fresh {elapsed} after it was removed.");
                return false;
            },
            () => "What one node removes, the other answers.");
    }

    [Fact]
    public async Task Channel_ThatIsLostAlone_IsSubscribedAnew()
    {
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.RemoveAsync(Key, Stop)).Status);
        await ListenersAreAsync(2, Soon);

        // By what the heads told of: the server's other channels are heard, so its probe has nothing to find.
        Assert.Empty(_b.Logs.Of(2003));
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _stored.DisposeAsync();
        await _relay.DisposeAsync();
        await _server.DisposeAsync();
    }

    private string Channel => _stored.Channel(_stored.PartitionOf(Key));

    private static void Configure(TieredCacheOptions options) => (options.MaxStaleness, options.Partitions) = (MaxStaleness, 4);

    private Task ListenersAreAsync(int count, TimeSpan deadline)
    {
        var last = 0L;
        return Poll.UntilAsync(
            async () => (last = (long)((object?[])(await _server.Server.ExecuteAsync("PUBSUB", "SHARDNUMSUB", Channel))!)[1]!) == count,
            () => $"{last} nodes listen to the channel, not {count}.\n{string.Join('\n', _b.Logs.All)}",
            deadline);
    }
}
