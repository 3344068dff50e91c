using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Redis.Tests.LesserServers;

/// <summary>A server that runs no scripts is as good as away.</summary>
public sealed class NoScriptsTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();

    [Fact]
    public async Task Start_WithoutScripts_StartsAndSaysItOnceAndLoads()
    {
        await using var server = await RedisSingle.StartAsync("rename-command EVAL \"\"", "rename-command EVALSHA \"\"");
        using var log = new RecordedLogs();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(log);
        builder.Services.AddTieredCache(o => (o.Application, o.Version) = (_application, "v1")).UseRedis(server.ConnectionString);
        using var host = builder.Build();
        await host.StartAsync(Stop);
        var cache = host.Services.GetRequiredService<ITieredCache>();
        Assert.Equal("loaded", await cache.GetOrCreateAsync("a", 0, static (_, _, _) => ValueTask.FromResult("loaded"), cancellationToken: Stop));
        Assert.NotEqual(InvalidationStatus.Acknowledged, (await cache.RemoveAsync("a", Stop)).Status);
        var (id, text) = Assert.Single(log.Lacks);
        Assert.Equal(2010, id);
        Assert.Contains(server.Server.Endpoint, text, StringComparison.Ordinal);
        await host.StopAsync(Stop);
    }

    [Fact]
    public async Task Cache_WhenScriptsAreAllowedLater_IsSharedFromThenOn()
    {
        await using var server = await RedisSingle.StartAsync("user default on nopass ~* &* +@all -eval -evalsha");
        await using var node = new Node(server.ConnectionString, _application);
        var loads = new Node.Counter();
        await node.LoadAsync("a", loads);
        await server.Server.ExecuteAsync("ACL", "SETUSER", "default", "+eval", "+evalsha");
        await Poll.UntilAsync(
            async () => (await node.Cache.RemoveAsync("a", Stop)).Status == InvalidationStatus.Acknowledged,
            static () => "The server is still taken to be away.");
    }
}
