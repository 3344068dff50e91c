using DistributedCache.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Consistency;

/// <summary>Nodes of one proxy that caches, before one origin and over one cluster.</summary>
internal sealed class ProxyNodes(SharedRedisCluster redis, Origin origin) : IAsyncDisposable
{
    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly List<WebApplication> _nodes = [];

    public IServiceProvider this[int node] => _nodes[node].Services;

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddTieredCache(o => (o.Application, o.Version, o.RemoteTimeout) = (_application, "v1", Patience.OfTheCache))
            .UseRedis(redis.ConnectionString + Patience.OfTheClient)
            .AddTieredResponseCaching(static o => o.CacheAllEndpoints = true);
        var app = builder.Build();
        app.UseTieredResponseCaching();
        app.Run(origin.RunAsync);
        await app.StartAsync();
        _nodes.Add(app);
        var cache = app.Services.GetRequiredService<ITieredCache>();
        await Poll.UntilAsync(async () => (await cache.SetAsync("warm", 1)).Status == InvalidationStatus.Acknowledged, static () => "The node can't write.");
    }

    /// <summary>Asks a node; answers the body.</summary>
    public async Task<string> AskAsync(int node, HttpMethod method, string path)
    {
        using var client = _nodes[node].GetTestClient();
        using var request = new HttpRequestMessage(method, path);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }
}
