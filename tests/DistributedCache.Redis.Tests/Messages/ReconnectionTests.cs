using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>What is published while the client connects and subscribes anew by itself, on nodes whose time stands still: no heartbeat looks for
/// what was missed, and no probe.</summary>
public sealed class ReconnectionTests
{
    private const string Key = "product:1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly Node.Counter _loads = new();

    [Fact]
    public async Task Messages_MissedUntilTheClientSubscribedAnew_AreCaughtUp()
    {
        await using var nodes = await RelayedNodes.StartAsync(Still, Key);
        await KeepAsync(nodes.Relayed);
        using (nodes.Relay.HoldSubscribing())
        {
            await nodes.Server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
            Assert.Equal(InvalidationStatus.Acknowledged, (await nodes.Direct.Cache.RemoveAsync(Key, Stop)).Status);
        }

        await nodes.Relayed.UntilLocalIsAsync(Key, null);
    }

    [Fact]
    public async Task Messages_MissedWhileTheClientConnectedAnew_AreCaughtUpHoweverSoonItWasBack()
    {
        await using var nodes = await RelayedNodes.StartAsync(Still, Key);
        for (var i = 0; i < 40; i++)
        {
            await KeepAsync(nodes.Relayed);
            await nodes.Server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
            Assert.Equal(InvalidationStatus.Acknowledged, (await nodes.Direct.Cache.RemoveAsync(Key, Stop)).Status);
            await nodes.Relayed.UntilLocalIsAsync(Key, null);
        }
    }

    [Fact]
    public async Task Messages_MissedUntilTheClientKnowsWhoTookOver_AreCaughtUp()
    {
        var application = SharedRedisCluster.NewApplication();
        await using var cluster = await RedisCluster.StartAsync(nodeTimeout: 2_000);
        await using var stored = await Stored.OpenAsync(cluster.ConnectionString, application, partitions: 4);
        await using var other = new Node(cluster.ConnectionString, application, static options => options.Partitions = 4);
        await using var node = new Node(cluster.ConnectionString, application, Still);
        await other.UntilWritingAsync(Key);
        await node.UntilWritingAsync(Key);
        await KeepAsync(node);

        var slot = await cluster.SlotOfAsync(stored.Channel(stored.PartitionOf(Key)));
        var master = await cluster.MasterOfAsync(slot);
        await master.KillAsync();
        await Poll.UntilAsync(async () => await cluster.MasterOfAsync(slot) != master, static () => "No replica took over.");
        await other.UntilWritingAsync(Key);

        await node.UntilLocalIsAsync(Key, null);
    }

    private static void Still(TieredCacheOptions options) => (options.TimeProvider, options.Partitions) = (new FakeTimeProvider(DateTimeOffset.UtcNow), 4);

    private async Task KeepAsync(Node node)
    {
        await node.LoadAsync(Key, _loads);
        await node.UntilLocalIsAsync(Key, (await node.LoadAsync(Key, _loads)).Value);
    }
}
