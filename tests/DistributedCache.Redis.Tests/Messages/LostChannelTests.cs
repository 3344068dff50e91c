using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>One channel whose subscription is gone, while the others of its server are heard and the client takes it for subscribed.</summary>
public sealed class LostChannelTests : IAsyncLifetime
{
    private const string Key = "product:1";

    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(2);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly Node.Counter _loads = new();
    private RelayedNodes _nodes = null!;
    private Stored _stored = null!;

    public async ValueTask InitializeAsync()
    {
        _nodes = await RelayedNodes.StartAsync(static options => (options.MaxStaleness, options.Partitions) = (MaxStaleness, 4), Key);
        _stored = await Stored.OpenAsync(_nodes.ConnectionString, _nodes.Application, partitions: 4);
        await ListenersAreAsync(2);
        Assert.True(await _nodes.Relay.LoseSubscriptionAsync(Channel) > 0);
        await ListenersAreAsync(1);
    }

    [Fact]
    public async Task Invalidation_WhileTheChannelIsLost_IsSeenWithinMaxStaleness()
    {
        await _nodes.Relayed.LoadAsync(Key, _loads);
        var before = (await _nodes.Relayed.LoadAsync(Key, _loads)).Value;
        Assert.Equal(InvalidationStatus.Acknowledged, (await _nodes.Direct.Cache.RemoveAsync(Key, Stop)).Status);
        await _nodes.Relayed.UntilGoneAsync(Key, before!, _loads, MaxStaleness);
    }

    [Fact]
    public async Task Channel_ThatIsLostAlone_IsSubscribedAnew()
    {
        Assert.Equal(InvalidationStatus.Acknowledged, (await _nodes.Direct.Cache.RemoveAsync(Key, Stop)).Status);

        // By what the heads tell of: the server's other channels are heard, so its probe has nothing to find.
        await ListenersAreAsync(2);
    }

    public async ValueTask DisposeAsync()
    {
        await _stored.DisposeAsync();
        await _nodes.DisposeAsync();
    }

    private string Channel => _stored.Channel(_stored.PartitionOf(Key));

    private Task ListenersAreAsync(int count)
    {
        var last = 0L;
        return Poll.UntilAsync(
            async () => (last = (long)((object?[])(await _nodes.Server.ExecuteAsync("PUBSUB", "SHARDNUMSUB", Channel))!)[1]!) == count,
            () => $"{last} nodes listen to the channel, not {count}.\n{string.Join('\n', _nodes.Relayed.Logs.All)}");
    }
}
