using DistributedCache.Keys;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>A replica takes over without its master's consent: with all that was acknowledged, or without some of it.</summary>
public sealed class FailoverTests : IAsyncLifetime
{
    private const string Replication = "replication";

    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(1);
    private static readonly string[] Keys = [.. Enumerable.Range(0, 50).Select(static i => $"product:{i}")];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private readonly string _hash;
    private RedisCluster _cluster = null!;
    private RedisProcess _master = null!;
    private RedisProcess _replica = null!;
    private Node _a = null!;
    private Node _b = null!;

    public FailoverTests() => _hash = new PartitionNames(_application, 1).Hash(0);

    public async ValueTask InitializeAsync()
    {
        // Replicas log in as a user of their own, which a test takes away to hold replication back.
        _cluster = await RedisCluster.StartAsync(settings: [$"user {Replication} on >secret ~* &* +@all", $"masteruser {Replication}", "masterauth secret"]);
        _master = await _cluster.MasterOfAsync(_hash);
        _replica = Assert.Single(await _cluster.ReplicasOfAsync(_master));
        _a = new Node(_cluster.ConnectionString, _application, OnePartition);
        _b = new Node(_cluster.ConnectionString, _application, OnePartition);
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
    }

    [Fact]
    public async Task Takeover_NothingForgotten_KeepsEveryEntryAndCostsNoLoad()
    {
        await LoadAllAsync(_a);
        await LoadAllAsync(_b);
        var before = await StateAsync(_master);
        await ReplicatedAsync();

        await TakeOverAsync();
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
        await FollowsAsync(_b);

        var after = await StateAsync(_replica);
        Assert.Equal(before.Incarnation, after.Incarnation);
        Assert.Equal(before.Eras + 1, after.Eras);
        Assert.Equal(Keys.Length, _loads.Count);
        foreach (var node in new[] { _a, _b })
            foreach (var key in Keys) Assert.Equal(CacheTier.Local, (await node.LoadAsync(key, _loads)).Tier);
        await using var late = new Node(_cluster.ConnectionString, _application, OnePartition);
        await late.UntilWritingAsync();
        foreach (var key in Keys) Assert.Equal(CacheTier.Remote, (await late.LoadAsync(key, _loads)).Tier);
        Assert.Equal(Keys.Length, _loads.Count);

        // And what is invalidated from now on is, everywhere.
        await RemovedAsync(_a, Keys[0]);
        await _b.UntilLocalIsAsync(Keys[0], null);
        Assert.Equal($"load {Keys.Length + 1}", (await _b.LoadAsync(Keys[0], _loads)).Value);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("tag")]
    [InlineData("set")]
    public async Task Takeover_ForgetsWhatANodeKnew_BringsNothingBack(string how)
    {
        await LoadAllAsync(_a);
        await LoadAllAsync(_b);
        var before = await StateAsync(_master);
        await ReplicatedAsync();

        await _master.ExecuteAsync("ACL", "DELUSER", Replication);
        await Poll.UntilAsync(async () => await _replica.InfoAsync("replication", "master_link_status") == "down", () => "Replication goes on.");
        var result = how switch
        {
            "key" => await _a.Cache.RemoveManyAsync(Keys, Stop),
            "tag" => await _a.Cache.RemoveByTagAsync("shown", Stop),
            _ => await _a.Cache.SetManyAsync(Keys.Select(static key => KeyValuePair.Create(key, "set")), cancellationToken: Stop),
        };
        Assert.Equal(InvalidationStatus.Acknowledged, result.Status);
        Assert.True(await _b.Cache.WaitForAsync(result.Token, Poll.Deadline, Stop));

        await TakeOverAsync();
        await Poll.UntilAsync(async () => (await StateAsync(_replica)).Incarnation > before.Incarnation, () => "What was forgotten is trusted.");
        await FollowsAsync(_a);
        await FollowsAsync(_b);

        foreach (var node in new[] { _a, _b })
            foreach (var key in Keys) Assert.True(await NumberAsync(node, key) > Keys.Length, $"'{key}' came back.");
        Assert.True(await _b.Cache.WaitForAsync(result.Token, Poll.Deadline, Stop));
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    private async Task LoadAllAsync(Node node)
    {
        foreach (var key in Keys) await node.LoadAsync(key, _loads, "shown");
    }

    private async Task<long> NumberAsync(Node node, string key) =>
        long.Parse((await node.LoadAsync(key, _loads, "shown")).Value!.AsSpan("load ".Length), System.Globalization.CultureInfo.InvariantCulture);

    private Task ReplicatedAsync() => Poll.UntilAsync(
        async () => await _master.InfoAsync("replication", "master_repl_offset") == await _replica.InfoAsync("replication", "slave_repl_offset"),
        () => "The replica does not catch up with its master.");

    private async Task TakeOverAsync()
    {
        await _replica.ExecuteAsync("CLUSTER", "FAILOVER", "TAKEOVER");
        await Poll.UntilAsync(
            async () => (await ClusterNode.OfAsync(_replica)).IsMaster && !(await ClusterNode.OfAsync(_master)).IsMaster,
            () => $"The replica did not take over. {_replica.LogTail()}");
    }

    /// <summary>Waits until the node has followed the partition to what the other writes now.</summary>
    private async Task FollowsAsync(Node node)
    {
        var written = await RemovedAsync(_a, "other");
        await Poll.UntilAsync(async () => await node.Cache.WaitForAsync(written.Token, TimeSpan.FromSeconds(1), Stop), () => "The node does not follow.");
    }

    private static async Task<InvalidationResult> RemovedAsync(Node node, string key)
    {
        InvalidationResult result = default!;
        await Poll.UntilAsync(
            async () => (result = await node.Cache.RemoveAsync(key, Stop)).Status == InvalidationStatus.Acknowledged, () => $"'{key}' can't be removed.");
        return result;
    }

    private async Task<(long Incarnation, int Eras)> StateAsync(RedisProcess server)
    {
        using var connection = await RespConnection.OpenAsync(server.Port);
        await connection.ExecuteAsync("READONLY");
        var values = (object?[])(await connection.ExecuteAsync("HMGET", _hash, "inc", "eras"))!;
        return (long.Parse((string)values[0]!, System.Globalization.CultureInfo.InvariantCulture), ((string)values[1]!).Split(';').Length);
    }

    private static void OnePartition(TieredCacheOptions options)
    {
        options.Partitions = 1;
        options.MaxStaleness = MaxStaleness;
    }
}
