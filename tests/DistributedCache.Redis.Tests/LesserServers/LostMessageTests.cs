using DistributedCache.Redis.Scripts;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.LesserServers;

/// <summary>A message that never comes is put back from the log; where there is none, the whole partition is dropped.</summary>
public sealed class LostMessageTests
{
    private static readonly string[] NoStreams = ["rename-command XADD \"\"", "rename-command XRANGE \"\""];

    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(2);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "load 2")]
    public async Task Tag_InvalidatedWithoutAMessage_DropsThePartitionWhereThereIsNoLog(bool hasStreams, string? otherKeyIs)
    {
        await using var server = await RedisSingle.StartAsync(hasStreams ? [] : NoStreams);
        await using var node = new Node(server.ConnectionString, _application, OnePartition);
        await node.LoadAsync("tagged", _loads, "shown");
        await node.LoadAsync("other", _loads);

        // As another would, but on a channel nobody hears.
        await using var client = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString);
        var partition = new DistributedCache.Keys.PartitionNames(_application, 1);
        var abilities = Abilities.ServerAbilities.All & ~(hasStreams ? Abilities.ServerAbilities.None : Abilities.ServerAbilities.Streams);
        var field = "t:0::shown";
        await client.GetDatabase().ScriptEvaluateAsync(
            Script.Mark.For(abilities).Text,
            [partition.Hash(0), partition.Log(0)],
            [0, 0, 0, partition.Channel(0) + "-none", 4096, 0, field, $"{field.Length}:{field}"]);

        await node.UntilLocalIsAsync("tagged", null);
        await node.UntilLocalIsAsync("other", otherKeyIs);
    }

    [Fact]
    public async Task Set_OnBothNodesInTurnWithoutALog_IsAcknowledged()
    {
        await using var server = await RedisSingle.StartAsync(NoStreams);
        await using var a = new Node(server.ConnectionString, _application, OnePartition);
        await using var b = new Node(server.ConnectionString, _application, OnePartition);
        for (var i = 0; i < 50; i++)
            Assert.Equal(InvalidationStatus.Acknowledged, (await (i % 2 == 0 ? a : b).Cache.SetAsync("product:1", $"set {i}", cancellationToken: Stop)).Status);
        await a.UntilLocalIsAsync("product:1", null);
        Assert.Equal("set 49", (await a.LoadAsync("product:1", _loads)).Value);
        Assert.Equal(0, _loads.Count);
    }

    [Theory]
    [InlineData("normal")]
    [InlineData("pubsub")]
    public async Task Key_InvalidatedWhileConnectionsAreKilled_IsGoneWithinMaxStaleness(string kind)
    {
        await using var server = await RedisSingle.StartAsync(NoStreams);
        await using var a = new Node(server.ConnectionString, _application, OnePartition);
        await using var b = new Node(server.ConnectionString, _application, OnePartition);
        for (var round = 1; round <= 5; round++)
        {
            await a.LoadAsync("product:1", _loads);
            var old = (await b.LoadAsync("product:1", _loads)).Value;
            await server.Server.ExecuteAsync("CLIENT", "KILL", "TYPE", kind);
            await AcknowledgedAsync(a);

            // Read the way a caller does: what is older than the removal is served for MaxStaleness at most.
            await b.UntilGoneAsync("product:1", old!, _loads, MaxStaleness);
        }
    }

    /// <summary>Removes, until it is confirmed: the connection may be the one that was killed.</summary>
    private static Task AcknowledgedAsync(Node node) => Poll.UntilAsync(
        async () => (await node.Cache.RemoveAsync("product:1", Stop)).Status == InvalidationStatus.Acknowledged,
        static () => "No removal was acknowledged.");

    private static void OnePartition(TieredCacheOptions options)
    {
        options.Partitions = 1;
        options.MaxStaleness = MaxStaleness;
    }
}
