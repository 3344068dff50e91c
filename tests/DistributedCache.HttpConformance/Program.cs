using System.Text;
using DistributedCache.HttpConformance;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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
await using var app = builder.Build();
using var forwarder = new Forwarder(new Uri(builder.Configuration["origin"] ?? "http://127.0.0.1:8000"));
app.UseTieredResponseCaching(static o => o.CacheAllEndpoints = true);
app.Run(forwarder.ForwardAsync);
await app.RunAsync();
