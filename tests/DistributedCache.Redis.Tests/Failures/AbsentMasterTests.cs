using DistributedCache.Coherence;
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
        // No answer of the client's own for the master that hangs.
        await using var cluster = await RedisCluster.StartAsync();
        var names = new PartitionNames(SharedRedisCluster.NewApplication(), 64);
        var clock = new CacheClock(TimeProvider.System);
        var connection = new RedisConnection(ConnectionSource.Of(ClientSettings.Parse($"{cluster.ConnectionString},asyncTimeout=300000")), names, NullLogger.Instance);
        await using var tier = new RedisTier(names, connection, RedisTierSettings.Of(new TieredCacheOptions()), clock, NullLogger.Instance);
        for (var partition = 0; partition < names.Count; partition++) await tier.TouchAsync(partition, default, CancellationToken.None);
        Assert.DoesNotContain(await tier.ReadHeadsAsync(CancellationToken.None), static head => head is null);
        cluster.Nodes[0].Stop();

        // On a busy machine the others may be late at first.
        await Poll.UntilAsync(
            async () =>
            {
                using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1), TimeProvider.System);
                return IsInPart(await tier.ReadHeadsAsync(soon.Token));
            },
            () => "The other masters do not answer.");
        Assert.True(IsInPart(await tier.ReadHeadsAsync(CancellationToken.None).AsTask().WaitAsync(Poll.Deadline, TestContext.Current.CancellationToken)));
        cluster.Nodes[0].Continue();

        static bool IsInPart(Head?[] heads) => heads.Contains(null) && heads.Any(static head => head is not null);
    }
}
