using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.AspNetCore.Tests.Consistency;

/// <summary>What a HEAD asks of the servers.</summary>
public sealed class HeadCostTests : IAsyncDisposable
{
    private readonly string _path = $"/{Guid.NewGuid():N}";
    private readonly Origin _origin = Origin.With(("Cache-Control", "max-age=0"), ("ETag", "\"v1\""));
    private readonly SharedRedisCluster _redis;
    private readonly ProxyNodes _nodes;

    public HeadCostTests(SharedRedisCluster redis) => (_redis, _nodes) = (redis, new ProxyNodes(redis, _origin));

    [Fact]
    public async Task Head_NothingIsStored_LooksOnce()
    {
        await _nodes.StartAsync();
        Assert.Equal(["GET"], await CommandsOfHeadAsync());
    }

    [Fact]
    public async Task Head_StaleIsStored_RenewsItUnderALease()
    {
        await _nodes.StartAsync();
        await _nodes.AskAsync(0, HttpMethod.Get, _path);
        Assert.Equal(["GET", "EVALSHA", "EVALSHA"], await CommandsOfHeadAsync());
    }

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    /// <summary>The commands about the response's key that a HEAD costs.</summary>
    private async Task<IEnumerable<string>> CommandsOfHeadAsync()
    {
        // Replicas repeat what their master did, in their own time.
        List<RedisProcess> masters = [];
        foreach (var server in _redis.Cluster.Nodes)
        {
            if ((await ClusterNode.OfAsync(server)).IsMaster) masters.Add(server);
        }

        await using var record = await CommandRecord.StartAsync(masters);
        await _nodes.AskAsync(0, HttpMethod.Head, _path);
        return (await record.NamingAsync(_path)).Select(static line => line.Split('"')[1]);
    }
}
