using System.Diagnostics;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>A subscription whose connection stays open and brings nothing, or that is gone, while the server answers all else.</summary>
public sealed class HungSubscriptionTests : IAsyncLifetime
{
    private const string Key = "product:1";

    // A second is what is promised; the rest is for a busy machine. The client by itself takes more than four.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(2.5);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

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
        Assert.True(await _nodes.Relay.LoseSubscriptionsAsync() > 0);
        Assert.Equal(InvalidationStatus.Acknowledged, (await _nodes.Direct.Cache.RemoveAsync(Key, Stop)).Status);
        Assert.Equal(before, (await _nodes.Relayed.LoadAsync(Key, _loads)).Value);

        // No message follows, and no heartbeat: the log alone tells.
        await Poll.UntilAsync(async () => (await _nodes.Relayed.LoadAsync(Key, _loads)).Value != before, () => "What was missed is not looked for.", Soon);
    }

    public async ValueTask DisposeAsync() => await _nodes.DisposeAsync();

    // Heads are compared so seldom that a message is the only news.
    private static void Rare(TieredCacheOptions options) =>
        (options.MaxStaleness, options.HeartbeatInterval, options.Partitions) = (TimeSpan.FromHours(1), TimeSpan.FromMinutes(30), 4);

    private async Task HearsAgainAsync()
    {
        Assert.False(await HearsAsync());
        var began = Stopwatch.GetTimestamp();
        await Poll.UntilAsync(HearsAsync, () => $"The node hears nothing still. It logged:\n{string.Join('\n', _nodes.Relayed.Logs.All)}", Soon);
        TestContext.Current.TestOutputHelper?.WriteLine($"Messages flow after {Stopwatch.GetElapsedTime(began)}.");
        Assert.Single(_nodes.Relayed.Logs.Of(2003));
    }

    // Whether what one node removes is gone from the other's memory within a fifth of a second.
    private async Task<bool> HearsAsync()
    {
        await _nodes.Relayed.LoadAsync(Key, _loads);
        var before = (await _nodes.Relayed.LoadAsync(Key, _loads)).Value;
        Assert.Equal(InvalidationStatus.Acknowledged, (await _nodes.Direct.Cache.RemoveAsync(Key, Stop)).Status);
        return (await Poll.HoldsAsync(async () => (await _nodes.Relayed.LoadAsync(Key, _loads)).Value != before, TimeSpan.FromMilliseconds(200))).Holds;
    }
}
