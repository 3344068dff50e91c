using System.Globalization;
using System.Net;
using System.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Benchmarks.Http;

/// <summary>One candidate's server, in a process of its own: the same endpoint, whose body is constant, behind one cache or none.</summary>
internal static class HttpServer
{
    public const string None = "no cache", ResponseCaching = "ResponseCaching", OutputCaching = "OutputCaching", OutputCachingOnRedis = "OutputCaching on Redis", Ours = "DistributedCache";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private static readonly byte[] Body = [.. Enumerable.Range(0, 2_048).Select(static i => (byte)('a' + (i % 26)))];

    /// <summary>Serves until its input ends; the first line of its output is where.</summary>
    public static async Task RunAsync(string candidate, string redis)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        switch (candidate)
        {
            case ResponseCaching: builder.Services.AddResponseCaching(); break;
            case OutputCaching: builder.Services.AddOutputCache(); break;
            case OutputCachingOnRedis: builder.Services.AddOutputCache().AddStackExchangeRedisOutputCache(o => o.Configuration = redis); break;
            case Ours:
                builder.Services.AddTieredCache(static o => (o.Application, o.Version) = ("bench-http", "bench")).UseRedis(redis)
                    .AddProfile("pages", static p => p.Duration = Lifetime).AddTieredResponseCaching();
                break;
        }

        await using var app = builder.Build();
        switch (candidate)
        {
            case ResponseCaching: app.UseResponseCaching(); break;
            case OutputCaching or OutputCachingOnRedis: app.UseOutputCache(); break;
            case Ours: app.UseTieredResponseCaching(); break;
        }

        var page = app.MapGet("/page", PageAsync);
        if (candidate is OutputCaching or OutputCachingOnRedis) page.CacheOutput(static policy => policy.Expire(Lifetime));
        if (candidate == Ours) page.CacheResponse("pages");
        app.MapGet("/used", static () => string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.CpuUsage.TotalTime.TotalMicroseconds} {GC.GetTotalAllocatedBytes(precise: true)} {JitInfo.GetCompilationTime().TotalMicroseconds}"));
        await app.StartAsync();
        await Console.Out.WriteLineAsync(app.Urls.Single());
        await Console.In.ReadToEndAsync();
    }

    private static Task PageAsync(HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.CacheControl = "public, max-age=3600";
        response.ContentLength = Body.Length;
        return response.Body.WriteAsync(Body).AsTask();
    }
}
