using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>A replica is behind its master, and nobody can say by how much: it is asked for nothing.</summary>
public sealed class ReplicaTests : IAsyncLifetime
{
    private const string Replication = "replication";

    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private RedisProcess _master = null!;
    private RedisProcess _replica = null!;

    public async ValueTask InitializeAsync()
    {
        // The replica logs in as a user of its own, which a test takes away to hold replication back.
        string[] settings = [$"user {Replication} on >secret ~* &* +@all", $"masteruser {Replication}", "masterauth secret"];
        _master = await RedisProcess.StartAsync(settings);
        _replica = await RedisProcess.StartAsync([.. settings, $"replicaof 127.0.0.1 {_master.Port}"]);
        await LinkIsAsync("up");
    }

    [Fact]
    public async Task Load_MasterIsGoneAndItsReplicaIsBehind_ServesNothingOfTheReplica()
    {
        await using var node = await NodeAsync();
        Assert.Equal("load 1", (await node.LoadAsync("k", _loads)).Value);
        await ReplicatedAsync();
        await _master.ExecuteAsync("ACL", "DELUSER", Replication);
        await LinkIsAsync("down");
        Assert.Equal(InvalidationStatus.Acknowledged, (await node.Cache.RemoveAsync("k", Stop)).Status);

        await _master.KillAsync();
        Assert.Equal("load 2", (await node.LoadAsync("k", _loads)).Value);
    }

    [Fact]
    public async Task Hit_OnlyTheReplicaAnswers_IsUnverified()
    {
        await using var node = await NodeAsync();
        await node.LoadAsync("k", _loads);
        await ReplicatedAsync();
        await _master.KillAsync();

        // The replica has every head as this node knows it.
        await Poll.UntilAsync(async () => (await node.LoadAsync("k", _loads)).IsUnverified, () => "The replica's heads pass for its master's.");
    }

    public async ValueTask DisposeAsync()
    {
        await _replica.DisposeAsync();
        await _master.DisposeAsync();
    }

    private async Task<Node> NodeAsync()
    {
        var node = new Node($"{_master.Endpoint},{_replica.Endpoint}", _application, static o => (o.Partitions, o.MaxStaleness) = (1, MaxStaleness));
        await node.UntilWritingAsync();
        return node;
    }

    private Task LinkIsAsync(string state) => Poll.UntilAsync(
        async () => await _replica.InfoAsync("replication", "master_link_status") == state, () => $"The replica's link is not {state}. {_replica.LogTail()}");

    private Task ReplicatedAsync() => Poll.UntilAsync(
        async () => await _master.InfoAsync("replication", "master_repl_offset") == await _replica.InfoAsync("replication", "slave_repl_offset"),
        () => "The replica does not catch up with its master.");
}
