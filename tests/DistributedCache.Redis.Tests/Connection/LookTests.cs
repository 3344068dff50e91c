using System.Net;
using DistributedCache.Keys;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Connection;

/// <summary>A replica has taken over from a master that hangs, whose connections are open still.</summary>
public sealed class LookTests
{
    private static readonly PartitionNames Names = new(SharedRedisCluster.NewApplication(), 64);

    [Fact]
    public async Task Look_WhileTheOldMasterHangs_FindsTheNewOneBeforeTheClientGivesUp()
    {
        await using var cluster = await RedisCluster.StartAsync();

        // The client gives up nothing by itself while the test runs.
        await using var connection = new RedisConnection(ConnectionSource.Of(ClientSettings.Parse(cluster.ConnectionString + Node.EndlessClient)), Names, NullLogger.Instance);
        var multiplexer = (await connection.GetAsync()).Multiplexer;
        var hung = cluster.Nodes[0];
        var partition = await cluster.FirstOnAsync(hung, Names.Channel);
        var channel = Names.Channel(partition);
        var next = (await cluster.ReplicasOfAsync(hung))[0];
        var old = multiplexer.GetServer(hung.Endpoint);
        var hasGivenUp = false;

        hung.Stop();
        await next.ExecuteAsync("CLUSTER", "FAILOVER", "TAKEOVER");
        await Poll.UntilAsync(
            () =>
            {
                connection.Look(partition);
                hasGivenUp |= !old.IsConnected;
                return Task.FromResult(PortOf(MasterOf(multiplexer, channel)) == next.Port);
            },
            () => $"The client asks {MasterOf(multiplexer, channel)}.");

        Assert.False(hasGivenUp);
        hung.Continue();
    }

    private static EndPoint? MasterOf(IConnectionMultiplexer multiplexer, string channel) => Masters.Find(multiplexer, channel)?.EndPoint;

    private static int PortOf(EndPoint? server) => (server as IPEndPoint)?.Port ?? 0;
}
