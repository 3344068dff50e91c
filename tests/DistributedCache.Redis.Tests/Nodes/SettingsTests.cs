using DistributedCache.Keys;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DistributedCache.Redis.Tests.Nodes;

/// <summary>What a wrong setting gets, and what an absent server costs.</summary>
public sealed class SettingsTests(SharedRedisCluster servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_WithAnotherNumberOfPartitionsThanStored_FailsNamingBoth()
    {
        var application = SharedRedisCluster.NewApplication();
        await using (var first = new Node(servers.ConnectionString, application)) await first.Cache.SetAsync("a", 1, cancellationToken: Stop);
        using var host = Host(servers.ConnectionString, o => (o.Application, o.Partitions) = (application, 16));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Stop));
        Assert.Contains("16", error.Message, StringComparison.Ordinal);
        Assert.Contains("64", error.Message, StringComparison.Ordinal);
        foreach (var copy in new PartitionNames(application, 16).ConfigCopies)
            await Poll.UntilAsync(async () => (string?)await (await servers.Cluster.MasterOfAsync(copy)).ExecuteAsync("HGET", copy, "partitions") == "64", () => $"{copy} says another number.");
    }

    [Fact]
    public async Task Start_WithADatabaseNumberOnACluster_FailsNamingIt()
    {
        using var host = Host(servers.ConnectionString + ",defaultDatabase=3", static _ => { });
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync(Stop));
        Assert.Contains("database 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithoutAServer_StartsAndLoads()
    {
        using var host = Host("127.0.0.1:1", static _ => { });
        await host.StartAsync(Stop);
        var cache = host.Services.GetRequiredService<ITieredCache>();
        Assert.Equal("loaded", await cache.GetOrCreateAsync("a", 0, static (_, _, _) => ValueTask.FromResult("loaded"), cancellationToken: Stop).AsTask().WaitAsync(Poll.Deadline, Stop));
        Assert.NotEqual(InvalidationStatus.Acknowledged, (await cache.RemoveAsync("a", Stop).AsTask().WaitAsync(Poll.Deadline, Stop)).Status);
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task Cache_OnOneServerWithADatabaseNumber_IsShared()
    {
        await using var server = await RedisSingle.StartAsync();
        await SharesAsync(server.ConnectionString + ",defaultDatabase=3");
    }

    [Fact]
    public async Task Cache_OnASentinelSet_IsShared()
    {
        await using var sentinel = await RedisSentinel.StartAsync();
        await SharesAsync(sentinel.ConnectionString);
    }

    private static async Task SharesAsync(string connectionString)
    {
        var loads = new Node.Counter();
        var application = SharedRedisCluster.NewApplication();
        await using var a = new Node(connectionString, application);
        await using var b = new Node(connectionString, application);
        await FollowsAsync(a);
        await FollowsAsync(b);
        await a.LoadAsync("product:1", loads, "shown");
        Assert.Equal(CacheTier.Remote, (await b.LoadAsync("product:1", loads, "shown")).Tier);
        Assert.Equal(InvalidationStatus.Acknowledged, (await a.Cache.RemoveByTagAsync("shown", Stop)).Status);
        await b.UntilLocalIsAsync("product:1", null);
        Assert.Equal("load 2", (await b.LoadAsync("product:1", loads)).Value);
    }

    // Waits until a node has found its servers, and follows every partition: one that has not loads for itself.
    private static async Task FollowsAsync(Node node)
    {
        await node.UntilWritingAsync();
        await Poll.UntilAsync(async () => await node.Cache.WaitForAsync((await node.Cache.ClearAsync(Stop)).Token, cancellationToken: Stop), () => "The node does not follow every partition.");
    }

    private static IHost Host(string connectionString, Action<TieredCacheOptions> configure)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddTieredCache(o =>
        {
            o.Application = SharedRedisCluster.NewApplication();
            o.Version = "v1";
            configure(o);
        }).UseRedis(connectionString);
        return builder.Build();
    }
}
