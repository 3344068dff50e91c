using System.Collections.Concurrent;
using System.Net.Sockets;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Connection;

/// <summary>Settings of the client that the application made itself.</summary>
public sealed class GivenOptionsTests(SharedRedisCluster servers)
{
    [Fact]
    public async Task UseRedis_WithOptions_ConnectsByThemAndClosesWhatItOpened()
    {
        var sockets = new ConcurrentBag<Socket>();
        var options = ConfigurationOptions.Parse(servers.ConnectionString + Patience.OfTheClient);
        options.BeforeSocketConnect = (_, _, socket) => sockets.Add(socket);
        await using (var node = new Node(SharedRedisCluster.NewApplication(), null, cache => cache.UseRedis(options)))
        {
            await node.UntilWritingAsync("product:1");
            Assert.Contains(sockets, static socket => socket.Connected);
        }

        await Poll.UntilAsync(() => Task.FromResult(sockets.All(static socket => !socket.Connected)), static () => "A socket is open still.");
    }

    [Theory]
    [InlineData(null, "names no server")]
    [InlineData("redis://user:hidden@one:6379", "a URL is not understood")]
    public void UseRedis_WithOptionsThatNameNoServer_SaysSoWithoutThePassword(string? server, string expected)
    {
        var builder = new ServiceCollection().AddTieredCache(static o => o.Application = "shop");
        var options = new ConfigurationOptions { Password = "hidden" };
        if (server is not null) options.EndPoints.Add(server, 6379);
        var error = Assert.Throws<ArgumentException>(() => builder.UseRedis(options));
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.Message, StringComparison.Ordinal);
    }
}
