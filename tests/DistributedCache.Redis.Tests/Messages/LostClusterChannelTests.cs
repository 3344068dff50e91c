using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>One channel of a cluster that is lost at its master, while the others of that master are heard.</summary>
public sealed class LostClusterChannelTests : IAsyncLifetime
{
    private const string Key = "product:1";

    private readonly string _application = SharedRedisCluster.NewApplication();
    private RedisCluster _cluster = null!;
    private RelayTunnel _tunnel = null!;
    private ConnectionMultiplexer _connection = null!;
    private Stored _stored = null!;
    private Node _a = null!;
    private Node _b = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartAsync();
        _tunnel = new RelayTunnel(_cluster);
        _connection = await _tunnel.ConnectAsync(_cluster.ConnectionString);
        _stored = await Stored.OpenAsync(_cluster.ConnectionString, _application, partitions: 8);
        _a = new Node(_cluster.ConnectionString, _application, Configure);
        _b = new Node(_application, Configure, cache => cache.UseRedis(_connection));
        await _a.UntilWritingAsync(Key);
        await _b.UntilWritingAsync(Key);
    }

    [Fact]
    public async Task Channel_ThatIsLostAlone_IsSubscribedAnewAtItsMaster()
    {
        var channel = _stored.Channel(_stored.PartitionOf(Key));
        var master = await _cluster.MasterOfAsync(channel);
        await ListenersAreAsync(master, channel, 2);
        Assert.True(await _tunnel.To(master).LoseSubscriptionAsync(channel) > 0);
        await ListenersAreAsync(master, channel, 1);
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.RemoveAsync(Key, TestContext.Current.CancellationToken)).Status);

        // By what the heads tell of: the master's other channels are heard, so its probe has nothing to find.
        await ListenersAreAsync(master, channel, 2);
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _stored.DisposeAsync();
        await _connection.DisposeAsync();
        await _tunnel.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    private static void Configure(TieredCacheOptions options) => (options.MaxStaleness, options.Partitions) = (TimeSpan.FromSeconds(2), 8);

    private Task ListenersAreAsync(RedisProcess server, string channel, int count)
    {
        var last = 0L;
        return Poll.UntilAsync(
            async () => (last = (long)((object?[])(await server.ExecuteAsync("PUBSUB", "SHARDNUMSUB", channel))!)[1]!) == count,
            () => $"{last} nodes listen to the channel, not {count}.\n{string.Join('\n', _b.Logs.All)}");
    }
}
