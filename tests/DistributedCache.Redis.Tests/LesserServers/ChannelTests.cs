using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.LesserServers;

/// <summary>Messages are heard, whatever channel they come on: here no comparison of heads comes to their help.</summary>
public sealed class ChannelTests
{
    private const string NoStreams = "rename-command XADD \"\"";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();

    [Theory]
    [InlineData(NoStreams)]
    [InlineData(NoStreams, "rename-command SPUBLISH \"\"")]
    [InlineData(NoStreams, "rename-command SSUBSCRIBE \"\"")]
    [InlineData("user default on nopass ~* &* +@all -xadd -ssubscribe")]
    public async Task Removal_OnOneNode_IsHeardByTheOtherAndTakesNothingElse(params string[] settings)
    {
        await using var server = await RedisSingle.StartAsync(settings);
        await HearsAsync(server.ConnectionString);
    }

    [Fact]
    public async Task Removal_OnAClusterWithoutShardedChannels_IsHeardByTheOther()
    {
        await using var cluster = await RedisCluster.StartAsync(settings: [NoStreams, "rename-command SPUBLISH \"\"", "rename-command SSUBSCRIBE \"\""]);
        await HearsAsync(cluster.ConnectionString);
    }

    private async Task HearsAsync(string connectionString)
    {
        await using var a = new Node(connectionString, _application, Configure);
        await using var b = new Node(connectionString, _application, Configure);
        await a.LoadAsync("product:1", _loads);
        await b.LoadAsync("product:1", _loads);
        var other = await b.LoadAsync("other", _loads);
        Assert.Equal(InvalidationStatus.Acknowledged, (await a.Cache.RemoveAsync("product:1", Stop)).Status);
        await b.UntilLocalIsAsync("product:1", null);
        await b.UntilLocalIsAsync("other", other.Value);
    }

    private static void Configure(TieredCacheOptions options)
    {
        options.Partitions = 1;
        options.MaxStaleness = TimeSpan.FromMinutes(10);
        options.HeartbeatInterval = TimeSpan.FromMinutes(5);
    }
}
