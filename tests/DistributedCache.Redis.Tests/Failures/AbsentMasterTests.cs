using DistributedCache.Expiry;
using DistributedCache.Keys;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>A master that hangs is known to be away.</summary>
public sealed class AbsentMasterTests
{
    [Fact]
    public async Task Heads_WhileAMasterIsKnownToBeAway_AreReadWithoutWaitingForIt()
    {
        // No failover during the test, and no answer of the client's own for it.
        await using var cluster = await RedisCluster.StartAsync(nodeTimeout: 60_000);
        var names = new PartitionNames(SharedRedisCluster.NewApplication(), 64);
        var clock = new CacheClock(TimeProvider.System);
        var connection = new RedisConnection(ConnectionSource.Of(ClientSettings.Parse($"{cluster.ConnectionString},asyncTimeout=60000")), names, NullLogger.Instance);
        await using var tier = new RedisTier(names, connection, RedisTierSettings.Of(new TieredCacheOptions()), clock, NullLogger.Instance);
        for (var partition = 0; partition < names.Count; partition++) await tier.TouchAsync(partition, default, CancellationToken.None);
        Assert.DoesNotContain(await tier.ReadHeadsAsync(CancellationToken.None), static head => head is null);
        cluster.Nodes[0].Stop();

        using (var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System)) Assert.Contains(null, await tier.ReadHeadsAsync(soon.Token));
        var heads = await tier.ReadHeadsAsync(CancellationToken.None).AsTask().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Contains(null, heads);
        Assert.Contains(heads, static head => head is not null);
        cluster.Nodes[0].Continue();
    }
}
