using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Keys;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Following;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using DistributedCache.Remote;
using Microsoft.Extensions.Logging.Abstractions;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>One server does not answer who subscribes: the channels of all others are subscribed anew without waiting for it.</summary>
public sealed class HungServersChannelTests
{
    private static readonly PartitionNames Names = new(SharedRedisCluster.NewApplication(), 64);

    [Fact]
    public async Task SubscribeAgain_WhileAnotherServerHangs_SubscribesAtOnce()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var connection = new RedisConnection(ConnectionSource.Of(ClientSettings.Parse(cluster.ConnectionString + Node.EndlessClient)), Names, NullLogger.Instance);
        await using var channels = new ChannelFollower(Names, connection, new Deaf(), new CacheClock(TimeProvider.System), NullLogger.Instance);
        await channels.SubscribeAsync();
        var (hung, live) = (cluster.Nodes[0], cluster.Nodes[1]);
        var onHung = await cluster.FirstOnAsync(hung, Names.Channel);
        var onLive = await cluster.FirstOnAsync(live, Names.Channel);
        Assert.Equal(1, await ListenersAsync(live, onLive));

        hung.Stop();
        var hanging = channels.SubscribeAgainAsync([onHung]);
        var again = channels.SubscribeAgainAsync([onLive]);
        await again.WaitAsync(Poll.Deadline, TestContext.Current.CancellationToken);
        Assert.False(hanging.IsCompleted);
        Assert.Equal(1, await ListenersAsync(live, onLive));
        hung.Continue();
        await hanging;
    }

    private static async Task<long> ListenersAsync(RedisProcess server, int partition) =>
        (long)((object?[])(await server.ExecuteAsync("PUBSUB", "SHARDNUMSUB", Names.Channel(partition)))!)[1]!;

    private sealed class Deaf : IRemoteFollower
    {
        public void OnInvalidation(Invalidation message)
        {
        }

        public void OnGap(int partition)
        {
        }

        public void OnReturn()
        {
        }

        public void OnWake(int partition, IReadOnlyList<string> indexes)
        {
        }
    }
}
