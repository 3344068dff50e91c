using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Consistency;

/// <summary>Nodes of one shop on Kestrel, over one Redis Cluster and one store.</summary>
internal sealed class ClusterShop : IAsyncDisposable
{
    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly ConcurrentDictionary<int, int> _store = new();
    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly List<WebApplication> _nodes = [];
    private int _reads;

    /// <summary>How often the store was read.</summary>
    public int Reads => _reads;

    /// <summary>Starts a node.</summary>
    /// <param name="redis">The way to the cluster.</param>
    /// <param name="configure">What else the cache gets.</param>
    /// <param name="policy">What else holds for a product's responses.</param>
    /// <param name="port">Where it listens; 0: where there is room.</param>
    public async Task<Uri> StartNodeAsync(string redis, Action<ITieredCacheBuilder>? configure = null, Action<CacheResponseAttribute>? policy = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        var cache = builder.Services.AddTieredCache(o => (o.Application, o.Version, o.RemoteTimeout) = (_application, "v1", Patience.OfTheCache))
            .UseRedis(redis + Patience.OfTheClient)
            .AddProfile("catalog", static p => p.Duration = TimeSpan.FromMinutes(10))
            .AddTieredResponseCaching();
        builder.Services.AddSingleton<IDataProtectionProvider>(_keys);
        configure?.Invoke(cache);
        var app = builder.Build();
        app.UseTieredResponseCaching();
        app.MapGet("/products/{id:int}", (int id) =>
        {
            Interlocked.Increment(ref _reads);
            return _store.GetValueOrDefault(id).ToString(CultureInfo.InvariantCulture);
        }).CacheResponse("catalog", o =>
        {
            o.Tags = ["product-{id}"];
            policy?.Invoke(o);
        });
        app.MapGet("/price/{id:int}", async (int id, ITieredCache cache, CancellationToken stop) => await cache.GetOrCreateAsync(
            $"price:{id}", (Shop: this, Id: id),
            static (state, load, _) =>
            {
                load.Tags.Add($"product-{state.Id}");
                return ValueTask.FromResult(state.Shop._store.GetValueOrDefault(state.Id).ToString(CultureInfo.InvariantCulture));
            }, cancellationToken: stop));
        app.MapPost("/admin/products/{id:int}", async (int id, int price, ITieredCache cache) =>
        {
            _store[id] = price;
            var result = await cache.RemoveByTagAsync($"product-{id}", CancellationToken.None);
            return result.Status == InvalidationStatus.Acknowledged ? Results.NoContent() : Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        });
        await app.StartAsync();
        _nodes.Add(app);
        var writes = app.Services.GetRequiredService<ITieredCache>();
        await Poll.UntilAsync(async () => (await writes.SetAsync("warm", 1)).Status == InvalidationStatus.Acknowledged, static () => "The node can't write.");
        return new Uri(app.Urls.Single());
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }
}
