using System.Diagnostics;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>A subscription whose connection stays open and brings nothing, or that is gone, while the server answers all else.</summary>
public sealed class HungSubscriptionTests : IAsyncLifetime
{
    private const string Key = "product:1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly Node.Counter _loads = new();
    private RelayedNodes _nodes = null!;

    public async ValueTask InitializeAsync()
    {
        _nodes = await RelayedNodes.StartAsync(Rare);
        await Poll.UntilAsync(HearsAsync, () => "Messages don't flow in the first place.");
        await Poll.UntilAsync(
            async () => ((object?[])(await _nodes.Server.ExecuteAsync("PUBSUB", "SHARDCHANNELS"))!).Count(static channel => ((string)channel!).Contains("}c:", StringComparison.Ordinal)) == 2,
            () => "The nodes don't probe what they hear.");
    }

    [Fact]
    public async Task Messages_AfterTheConnectionHung_FlowAgain()
    {
        Assert.True(_nodes.Relay.HangSubscriptions() > 0);
        await HearsAgainAsync();
    }

    [Fact]
    public async Task Messages_AfterTheSubscriptionWasLost_FlowAgain()
    {
        Assert.True(await _nodes.Relay.LoseSubscriptionsAsync() > 0);
        await HearsAgainAsync();
    }

    [Fact]
    public async Task Messages_MissedUntilSubscribedAnew_AreCaughtUp()
    {
        await _nodes.Relayed.LoadAsync(Key, _loads);
        var before = (await _nodes.Relayed.LoadAsync(Key, _loads)).Value;
        using (_nodes.Relay.HoldSubscribing())
        {
            Assert.True(await _nodes.Relay.LoseSubscriptionsAsync() > 0);
            await MendsAsync();
            Assert.Equal(InvalidationStatus.Acknowledged, (await _nodes.Direct.Cache.RemoveAsync(Key, Stop)).Status);
            Assert.Equal(before, (await _nodes.Relayed.LoadAsync(Key, _loads)).Value);
        }

        // No message follows, and no heartbeat: the log alone tells.
        await _nodes.Relayed.UntilLocalIsAsync(Key, null);
    }

    public async ValueTask DisposeAsync() => await _nodes.DisposeAsync();

    // Heads are compared so seldom that a message is the only news.
    private static void Rare(TieredCacheOptions options) =>
        (options.MaxStaleness, options.HeartbeatInterval, options.Partitions) = (TimeSpan.FromHours(1), TimeSpan.FromMinutes(30), 4);

    private async Task HearsAgainAsync()
    {
        await MendsAsync();
        await Poll.UntilAsync(HearsAsync, () => $"The node hears nothing still. It logged:\n{string.Join('\n', _nodes.Relayed.Logs.All)}");

        // What it does not help against is not mended at every probe, but every five seconds.
        Assert.InRange(_nodes.Relayed.Logs.Of(2003).Count, 1, 1 + (int)(Stopwatch.GetElapsedTime(_began) / TimeSpan.FromSeconds(5)));
    }

    // By the node itself: the client, if it notices at all, takes longer.
    private Task MendsAsync() => Poll.UntilAsync(
        () => Task.FromResult(_nodes.Relayed.Logs.Of(2003).Count > 0), () => $"The node does not notice. It logged:\n{string.Join('\n', _nodes.Relayed.Logs.All)}");

    // Whether what one node removes is gone from the other's memory within a fifth of a second.
    private async Task<bool> HearsAsync()
    {
        await _nodes.Relayed.LoadAsync(Key, _loads);
        var before = (await _nodes.Relayed.LoadAsync(Key, _loads)).Value;
        Assert.Equal(InvalidationStatus.Acknowledged, (await _nodes.Direct.Cache.RemoveAsync(Key, Stop)).Status);
        return (await Poll.HoldsAsync(async () => (await _nodes.Relayed.LoadAsync(Key, _loads)).Value != before, TimeSpan.FromMilliseconds(200))).Holds;
    }
}
