using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Docs;

/// <summary>The code of docs/response-caching.md and of what docs/edge.md says of endpoints.</summary>
public class ResponseCachingSamples
{
    [Fact]
    public async Task Registrations_OfTheMigrationPages_ReplaceStores()
    {
        var builder = WebApplication.CreateSlimBuilder(["--ConnectionStrings:redis=127.0.0.1:1,abortConnect=false"]);
        builder.Logging.ClearProviders();
        builder.Services.AddDistributedMemoryCache();
        builder.Services.AddOutputCache();
        #region distributed
        builder.Services.AddTieredCache()
            .UseRedis(builder.Configuration.GetConnectionString("redis")!)
            .ReplaceDistributedCache();
        #endregion
        #region responses
        builder.Services.AddTieredCache()
            .AddTieredResponseCaching();
        #endregion
        #region output
        builder.Services.AddTieredCache()
            .UseRedis(builder.Configuration.GetConnectionString("redis")!)
            .AddTieredOutputCacheStore();
        #endregion
        await using var app = builder.Build();
        Assert.StartsWith("Tiered", app.Services.GetRequiredService<IDistributedCache>().GetType().Name, StringComparison.Ordinal);
        Assert.StartsWith("Tiered", app.Services.GetRequiredService<IOutputCacheStore>().GetType().Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proxy_OfThePage_CachesWhatItsOriginSays()
    {
        var forwarded = 0;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddTieredCache().AddTieredResponseCaching();
        await using var app = builder.Build();
        #region proxy
        app.UseTieredResponseCaching(o => o.CacheAllEndpoints = true);
        app.Run(Forward);   // or MapReverseProxy, MapForwarder
        #endregion
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = app.GetTestClient();
        Assert.Equal("1", await client.GetStringAsync("/any", TestContext.Current.CancellationToken));
        Assert.Equal("1", await client.GetStringAsync("/any", TestContext.Current.CancellationToken));

        Task Forward(HttpContext context)
        {
            context.Response.Headers.CacheControl = "max-age=60";
            return context.Response.WriteAsync($"{++forwarded}");
        }
    }

    [Fact]
    public async Task Samples_OfThePages_Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        #region register
        builder.Services.AddTieredCache()
            .AddProfile("catalog", p => p.Duration = TimeSpan.FromMinutes(10))
            .AddTieredResponseCaching();
        #endregion
        #region stale
        builder.Services.AddSingleton<ICacheResponsePolicy, StaleAnswers>();
        #endregion
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        await using var app = builder.Build();
        #region use
        app.UseTieredResponseCaching();   // after UseAuthentication and UseAuthorization
        app.MapGet("/products/{id}", (int id) => $"product {id}")
            .CacheResponse("catalog", o => o.Tags = ["product:{id}", "products"]);
        #endregion
        #region code
        app.MapGet("/products/{id}/offers", (int id) => new Offers(id, Shelf: id % 7))
            .CacheResponse("catalog", o => o
                .VaryBy(context => context.Request.Headers.AcceptLanguage.ToString().Split(',')[0])
                .When(context => !context.Request.Query.ContainsKey("preview"))
                .TagsFrom<Offers>(offers => [$"shelf:{offers.Shelf}"]));
        #endregion
        app.MapGet("/lifetimes", Lifetimes);
        #region edge
        app.MapGet("/products/{id}", (int id) => $"product {id}")
            .CacheResponse("catalog", o =>
            {
                o.Tags = ["product-{id}"];
                o.EdgeDuration = 300;    // at the edge
                o.Duration = 1800;       // in the region's Redis
                o.LocalDuration = 60;    // in each process
            });
        #endregion
        await app.StartAsync(TestContext.Current.CancellationToken);
        await app.StopAsync(TestContext.Current.CancellationToken);
    }

    #region lifetimes
    [CacheResponse("catalog", EdgeDuration = 300, Duration = 1800, LocalDuration = 60)]
    #endregion
    private static string Lifetimes() => "three";

    private sealed record Offers(int Product, int Shelf);

    #region policy
    public sealed class StaleAnswers(ILogger<StaleAnswers> log) : ICacheResponsePolicy
    {
        public void BeforeServing(CacheResponseServing serving)
        {
            if (serving.IsStale) log.LogWarning("{Path} was answered {Late} too late.", serving.HttpContext.Request.Path, -serving.TimeToLive);
        }
    }
    #endregion
}
