using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.LesserServers;

/// <summary>What a server lacks is said once, and costs no more than the line says.</summary>
public sealed class LackTests
{
    private const string NoStreams = "rename-command XADD \"\"", NoRange = "rename-command XRANGE \"\"";
    private const string NoShardedPublish = "rename-command SPUBLISH \"\"", NoShardedSubscribe = "rename-command SSUBSCRIBE \"\"";
    private const string NoInfo = "rename-command INFO \"\"";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();

    public static TheoryData<string[], int[]> Servers => new()
    {
        { [], [] },
        { [NoStreams], [2012] },
        { [NoRange], [2012] },
        { [NoShardedPublish], [2013] },
        { [NoShardedSubscribe], [2013] },
        { [NoInfo], [2014] },
        { ["user default on nopass ~* &* +@all -xadd -xrange -spublish -ssubscribe"], [2012, 2013] },
        { [NoStreams, NoShardedPublish, NoShardedSubscribe, NoInfo], [2012, 2013, 2014] },
    };

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Cache_OnAServerThatLacksSomething_SaysItOnceAndIsShared(string[] settings, int[] lines)
    {
        await using var server = await RedisSingle.StartAsync(settings);
        await using var a = new Node(server.ConnectionString, _application);
        await using var b = new Node(server.ConnectionString, _application);
        await SharesAsync(a, b);
        Assert.Equal(lines, a.Logs.Lacks.Select(static line => line.Id));
        Assert.All(a.Logs.Lacks, line => Assert.Contains($"Redis at {server.Server.Endpoint} (", line.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cache_OnAClusterThatLacksSomething_SaysItOnceOfAllMastersAndIsShared()
    {
        await using var cluster = await RedisCluster.StartAsync(settings: [NoStreams, NoShardedPublish, NoShardedSubscribe]);
        await using var a = new Node(cluster.ConnectionString, _application);
        await using var b = new Node(cluster.ConnectionString, _application);
        await SharesAsync(a, b);
        Assert.Equal([2012, 2013], a.Logs.Lacks.Select(static line => line.Id));
        foreach (var master in cluster.Nodes.Take(3))
            Assert.All(a.Logs.Lacks, line => Assert.Contains($"{master.Endpoint} (redis 7.", line.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cache_OnAClusterOfWhichOneServerLacksSomething_TakesTheWeakestAndNamesIt()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await cluster.Nodes[1].ExecuteAsync("ACL", "SETUSER", "default", "-spublish");
        await using var a = new Node(cluster.ConnectionString, _application);
        await using var b = new Node(cluster.ConnectionString, _application);
        await SharesAsync(a, b);
        var (id, text) = Assert.Single(a.Logs.Lacks);
        Assert.Equal(2013, id);
        Assert.Contains($"Redis at {cluster.Nodes[1].Endpoint} (redis 7.", text, StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Nodes[0].Endpoint, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_OfAUserWhoReachesOnlyTheApplicationsNames_FindsNothingMissingAndLeavesNothing()
    {
        await using var server = await RedisSingle.StartAsync(
            $"user shop on >secret ~{{{_application}:* ~{{{_application}}}config resetchannels &{{{_application}:* -@all +@read +@write +@connection -@dangerous "
            + "-client +client|id +client|setname +info +eval +evalsha +script|load +script|exists +publish +spublish +subscribe +ssubscribe +psubscribe "
            + "+unsubscribe +sunsubscribe +multi +exec +watch +discard +echo +time");
        await using var a = new Node($"{server.ConnectionString},user=shop,password=secret,configChannel=,tiebreaker=", _application);
        Assert.Equal(InvalidationStatus.Acknowledged, (await a.Cache.SetAsync("k", "v", cancellationToken: Stop)).Status);
        Assert.Empty(a.Logs.Lacks);
        Assert.Empty((object?[])(await server.Server.ExecuteAsync("KEYS", "*probe"))!);
    }

    /// <summary>What one node loads, sets and invalidates, the other knows.</summary>
    private async Task SharesAsync(Node a, Node b)
    {
        await a.LoadAsync("product:1", _loads, "shown");
        Assert.Equal(("load 1", CacheTier.Remote), await ReadAsync(b));
        Assert.Equal(InvalidationStatus.Acknowledged, (await a.Cache.RemoveByTagAsync("shown", Stop)).Status);
        await b.UntilLocalIsAsync("product:1", null);
        Assert.Equal("load 2", (await b.LoadAsync("product:1", _loads, "shown")).Value);
        Assert.Equal(InvalidationStatus.Acknowledged, (await a.Cache.SetAsync("product:1", "set", cancellationToken: Stop)).Status);
        await b.UntilLocalIsAsync("product:1", null);
        Assert.Equal(("set", CacheTier.Remote), await ReadAsync(b));
        Assert.Equal(InvalidationStatus.Acknowledged, (await a.Cache.RemoveAsync("product:1", Stop)).Status);
        await b.UntilLocalIsAsync("product:1", null);
        Assert.Equal("load 3", (await b.LoadAsync("product:1", _loads)).Value);
    }

    private async Task<(string? Value, CacheTier Tier)> ReadAsync(Node node)
    {
        var read = await node.LoadAsync("product:1", _loads, "shown");
        return (read.Value, read.Tier);
    }
}
