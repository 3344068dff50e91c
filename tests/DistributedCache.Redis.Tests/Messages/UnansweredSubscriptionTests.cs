using System.Diagnostics;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>A server that answers all but who subscribes: no message comes, and its heads and log are read as ever.</summary>
public sealed class UnansweredSubscriptionTests : IAsyncLifetime
{
    private const string Key = "product:1";

    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly Node.Counter _loads = new();
    private RelayedNodes _nodes = null!;

    public async ValueTask InitializeAsync() =>
        _nodes = await RelayedNodes.StartAsync(static options => (options.MaxStaleness, options.Partitions) = (MaxStaleness, 4));

    [Fact]
    public async Task Heads_WhileNobodyIsSubscribed_AreRead()
    {
        _nodes.Relay.HangsWhoSubscribes = true;
        Assert.True(await _nodes.Relay.LoseSubscriptionsAsync() > 0);
        await Poll.UntilAsync(() => Task.FromResult(_nodes.Relayed.Logs.Of(2003).Count > 0), () => "The node has not subscribed anew.");

        for (var i = 0; i < 2; i++) await FollowsAsync(_nodes.Relayed);
        Assert.Empty(_nodes.Relayed.Logs.Of(20));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Start_WhileSubscribingIsNotAnswered_Follows(bool isFoundOut)
    {
        (_nodes.Relay.HangsWhoSubscribes, _nodes.Relay.SparesProbes) = (true, isFoundOut);

        // What the server can do is found out by subscribing as well, once for as long as the client waits for an answer.
        var late = _nodes.NewRelayed(isPatient: isFoundOut);
        await late.UntilWritingAsync();
        for (var i = 0; i < 2; i++) await FollowsAsync(late);
    }

    public async ValueTask DisposeAsync() => await _nodes.DisposeAsync();

    // A look into memory asks no server: what was loaded longer ago than MaxStaleness only heads have verified, and nothing else tells the
    // node what the other removes.
    private async Task FollowsAsync(Node node)
    {
        var loaded = Stopwatch.GetTimestamp();
        await Poll.UntilAsync(
            async () =>
            {
                var found = await node.LocalAsync(Key);
                if (found.HasValue) return !found.IsUnverified && Stopwatch.GetElapsedTime(loaded) > MaxStaleness;
                await node.LoadAsync(Key, _loads);
                loaded = Stopwatch.GetTimestamp();
                return false;
            },
            () => "Nothing is verified any more.");
        Assert.Equal(InvalidationStatus.Acknowledged, (await _nodes.Direct.Cache.RemoveAsync(Key, Stop)).Status);
        await node.UntilLocalIsAsync(Key, null);
    }
}
