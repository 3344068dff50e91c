using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Transforms;

// A reverse proxy that caches what its origin says: what an independent suite for HTTP caches is run against (eng/http-conformance.sh).
// --urls http://127.0.0.1:8080 --origin http://127.0.0.1:8000 [--redis 127.0.0.1:6379]
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.WebHost.ConfigureKestrel(static kestrel =>
{
    kestrel.AddServerHeader = false;
    kestrel.RequestHeaderEncodingSelector = kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
});
var cache = builder.Services.AddTieredCache().AddTieredResponseCaching();
if (builder.Configuration["redis"] is { } redis) cache.UseRedis(redis);
builder.Services.AddReverseProxy()
    .LoadFromMemory(
        [new RouteConfig { RouteId = "all", ClusterId = "origin", Match = new RouteMatch { Path = "{**any}" } }],
        [
            new ClusterConfig
            {
                ClusterId = "origin",
                HttpClient = new HttpClientConfig { RequestHeaderEncoding = "latin1", ResponseHeaderEncoding = "latin1" },
                Destinations = new Dictionary<string, DestinationConfig> { ["origin"] = new() { Address = builder.Configuration["origin"] ?? "http://127.0.0.1:8000" } },
            },
        ])
    .AddTransforms(static transforms => transforms.AddResponseTransform(static context =>
    {
        // What the origin's Connection names is for the proxy alone (RFC 9110, section 7.6.1).
        if (context.ProxyResponse is { } answer)
        {
            foreach (var name in answer.Headers.Connection) context.HttpContext.Response.Headers.Remove(name);
        }

        return default;
    }));
await using var app = builder.Build();
app.UseTieredResponseCaching();
app.MapReverseProxy().CacheResponse();
await app.RunAsync();
