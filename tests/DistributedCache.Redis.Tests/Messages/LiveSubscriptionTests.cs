using System.Diagnostics;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>Subscriptions that are cut, move or hang: messages flow again soon, and not only when a heartbeat looks.</summary>
public sealed class LiveSubscriptionTests : IAsyncLifetime
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private RedisCluster _cluster = null!;
    private Stored _stored = null!;
    private Node _a = null!;
    private Node _b = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartAsync(nodeTimeout: 2_000);
        _stored = await Stored.OpenAsync(_cluster.ConnectionString, _application, partitions: 8);
        _a = new Node(_cluster.ConnectionString, _application, Rare, isPatient: false);
        _b = new Node(_cluster.ConnectionString, _application, Rare, isPatient: false);
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
        await FlowsAsync("product:1");
    }

    [Fact]
    public async Task Messages_AfterSubscriptionsWereCut_FlowAgain()
    {
        foreach (var master in _cluster.Nodes.Take(3)) await master.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await FlowsAsync("product:1");
    }

    [Fact]
    public async Task Messages_MissedUntilTheClientSubscribedAnew_AreCaughtUp()
    {
        await _b.LoadAsync("product:1", _loads);
        await _b.UntilLocalIsAsync("product:1", (await _b.LoadAsync("product:1", _loads)).Value);
        foreach (var master in _cluster.Nodes.Take(3)) await master.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await Poll.UntilAsync(async () => (await _a.Cache.RemoveAsync("product:1", Stop)).Status == InvalidationStatus.Acknowledged, () => "Nothing can be removed.");

        // No message follows, and no heartbeat: the log alone tells.
        await _b.UntilLocalIsAsync("product:1", null);
    }

    [Fact]
    public async Task Messages_AfterTheSlotMoved_FlowAgain()
    {
        var slot = await _cluster.SlotOfAsync(_stored.Channel(_stored.PartitionOf("product:1")));
        var source = await _cluster.MasterOfAsync(slot);
        await _cluster.MoveSlotAsync(slot, _cluster.Nodes.Take(3).First(node => node != source));
        await FlowsAsync("product:1");
    }

    [Fact]
    public async Task Messages_AfterTheServerHungAndItsReplicaTookOver_FlowAgain()
    {
        var slot = await _cluster.SlotOfAsync(_stored.Channel(_stored.PartitionOf("product:1")));
        var master = await _cluster.MasterOfAsync(slot);
        master.Stop();
        await Poll.UntilAsync(async () => (await _cluster.MasterOfAsync(slot)) != master, () => "No replica took over.");
        await _a.UntilWritingAsync("product:1");
        await FlowsAsync("product:1");
    }

    [Fact]
    public async Task Channels_AtStartAndAfterAFailover_AreHeardAtTheirMasters()
    {
        await HeardAtMastersAsync();
        var slot = await _cluster.SlotOfAsync(_stored.Channel(_stored.PartitionOf("product:1")));
        var replica = (await _cluster.ReplicasOfAsync(await _cluster.MasterOfAsync(slot)))[0];
        await replica.ExecuteAsync("CLUSTER", "FAILOVER");
        await Poll.UntilAsync(async () => await _cluster.MasterOfAsync(slot) == replica, () => $"The replica did not take over. {replica.LogTail()}");
        await FlowsAsync("product:1");
        await HeardAtMastersAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _stored.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    // Heads are compared so seldom that a message is the only news.
    private static void Rare(TieredCacheOptions options) =>
        (options.MaxStaleness, options.HeartbeatInterval, options.Partitions) = (TimeSpan.FromHours(1), TimeSpan.FromMinutes(30), 8);

    // A replica hears of messages over the cluster's bus, where one waits for up to 40 ms while another is on its way. What the client
    // subscribes anew by itself may be heard at the old master besides, which it has forgotten then: that brings nothing new.
    private async Task HeardAtMastersAsync()
    {
        string[] channels = [.. Enumerable.Range(0, 8).Select(_stored.Channel)];
        var heard = "";
        await Poll.UntilAsync(
            async () =>
            {
                var counts = new Dictionary<string, long>();
                foreach (var server in _cluster.Nodes)
                {
                    if (!(await ClusterNode.OfAsync(server)).IsMaster) continue;
                    var reply = (object?[])(await server.ExecuteAsync(["PUBSUB", "SHARDNUMSUB", .. channels]))!;
                    for (var i = 0; i < reply.Length; i += 2) counts[(string)reply[i]!] = counts.GetValueOrDefault((string)reply[i]!) + (long)reply[i + 1]!;
                }

                heard = string.Join(", ", counts.Select(static channel => $"{channel.Key} by {channel.Value}"));
                return counts.Count == channels.Length && counts.Values.All(static nodes => nodes == 2);
            },
            () => $"Of two nodes masters are heard at {heard}.");
    }

    // Waits until what one node removes is gone from the other's memory within a fifth of a second.
    private async Task FlowsAsync(string key)
    {
        var began = Stopwatch.GetTimestamp();
        await Poll.UntilAsync(
            async () =>
            {
                await _b.LoadAsync(key, _loads);
                var before = (await _b.LoadAsync(key, _loads)).Value;
                if ((await _a.Cache.RemoveAsync(key, Stop)).Status != InvalidationStatus.Acknowledged) return false;
                return (await Poll.HoldsAsync(async () => (await _b.LoadAsync(key, _loads)).Value != before, TimeSpan.FromMilliseconds(200))).Holds;
            },
            () => $"What one node removes, the other answers.\n{string.Join('\n', _b.Logs.All)}");
        TestContext.Current.TestOutputHelper?.WriteLine($"Messages flow after {Stopwatch.GetElapsedTime(began)}.");
    }
}
