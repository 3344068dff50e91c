using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Connection;

/// <summary>A connection the application made itself.</summary>
public sealed class GivenMultiplexerTests(SharedRedisCluster servers)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task UseRedis_WithAConnection_UsesItAndLeavesItOpen(bool isAmongTheServices)
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(servers.ConnectionString);
        var application = SharedRedisCluster.NewApplication();
        var before = connection.GetCounters().TotalOutstanding + connection.OperationCount;
        await using (var a = new Node(application, null, Use))
        await using (var b = new Node(servers.ConnectionString, application))
        {
            await a.UntilWritingAsync("product:1");
            Assert.Equal("warm", (await b.Cache.GetAsync<string>("product:1", cancellationToken: Stop)).Value);
            Assert.Equal(InvalidationStatus.Acknowledged, (await b.Cache.RemoveAsync("product:1", Stop)).Status);
            await a.UntilLocalIsAsync("product:1", null);
        }

        Assert.True(connection.OperationCount > before, "The cache used another connection.");
        Assert.True(connection.IsConnected);
        Assert.True(await connection.GetDatabase().StringSetAsync($"{application}:after", "x"));

        void Use(ITieredCacheBuilder cache)
        {
            if (!isAmongTheServices)
            {
                cache.UseRedis(connection);
                return;
            }

            cache.Services.AddSingleton<IConnectionMultiplexer>(connection);
            cache.UseRedis();
        }
    }

    [Fact]
    public async Task UseRedis_WithNoConnectionAmongTheServices_SaysSo()
    {
        await using var node = new Node(SharedRedisCluster.NewApplication(), null, static cache => cache.UseRedis());
        Assert.Equal("load 1", (await node.LoadAsync("product:1", new())).Value);
        Assert.Contains(node.Logs.All, static line => line.Contains("UseRedis() found no IConnectionMultiplexer", StringComparison.Ordinal));
    }
}
