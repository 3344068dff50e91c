using System.Globalization;
using DistributedCache.AspNetCore.Tests.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Policies;

/// <summary>A response that a 304 renews keeps what the application said of it when it made it.</summary>
public class RenewalTests
{
    private int _runs;

    [Theory]
    [InlineData(null)]
    [InlineData("stale-while-revalidate=600")]
    public async Task Get_RenewedResponse_KeepsTheTagsThatOnlyAWholeOneNames(string? window)
    {
        await using var app = await Start(control: $"max-age=60, {window}", configure: static o => o.TagsFrom<string>(static _ => ["from-result"]));
        await RenewAsync(app);
        await app.Cache.RemoveByTagAsync("from-result", TestContext.Current.CancellationToken);
        Assert.StartsWith("cache; fwd=uri-miss; stored", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ResponseRenewedTwice_HasEachTagOnceAndThoseOfEveryRenewal()
    {
        await using var app = await Start(onRun: context => context.AddCacheTags($"run-{_runs}"));
        await RenewAsync(app);
        await RenewAsync(app);
        await app.Cache.RemoveByTagAsync("run-1", TestContext.Current.CancellationToken);
        Assert.StartsWith("cache; fwd=uri-miss", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_RenewedResponse_HasEveryTagAtTheEdge()
    {
        await using var app = await Start(
            onRun: context => context.AddCacheTags($"run-{_runs}"),
            build: static b => b.Services.AddSingleton(new RecordedPurger()).AddTieredCache().AddEdge<RecordedPurger>("edge", "Edge-Tags"));
        Assert.EndsWith(",run-1", (await app.GetAsync("/a"))["Edge-Tags"], StringComparison.Ordinal);
        await RenewAsync(app);
        Assert.EndsWith(",run-2,run-1", (await app.GetAsync("/a"))["Edge-Tags"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_RenewedResponseWithMoreTagsThanAnEdgeKeeps_IsKeptByNone()
    {
        await using var app = await Start(
            onRun: context => context.AddCacheTags(Enumerable.Range(0, 20).Select(i => $"run-{_runs}-{i}")),
            build: static b => b.Services.AddSingleton(new RecordedPurger()).AddTieredCache().AddEdge<RecordedPurger>("edge", "Edge-Tags"));
        await RenewAsync(app);
        var hit = await app.GetAsync("/a");
        Assert.Equal(("no-store", "", ""), (hit["CDN-Cache-Control"], hit["Edge-Tags"], hit["Cache-Groups"]));
    }

    [Fact]
    public async Task BeforeStoring_RenewedResponse_IsAskedAboutItAsItIsNow()
    {
        var seen = new List<string>();
        await using var app = await Start(policy: new Policy(storing =>
        {
            var response = storing.HttpContext.Response;
            seen.Add($"{response.StatusCode} {response.ContentType} {response.Headers["X-Run"]}");
            storing.Duration = TimeSpan.FromSeconds(30);
            response.Headers["X-Kept"] = "yes";
        }));
        await RenewAsync(app);
        var hit = await app.GetAsync("/a");
        Assert.Equal(("cache; hit; ttl=30; detail=L1", "yes", "body"), (hit.CacheStatus, hit["X-Kept"], hit.Body));
        Assert.Equal(["200 text/plain; charset=utf-8 1", "200 text/plain; charset=utf-8 2"], seen);
    }

    [Fact]
    public async Task BeforeStoring_RenewedResponseRefused_IsServedOnceMore()
    {
        await using var app = await Start(policy: new Policy(storing =>
        {
            if (_runs > 1) storing.DoNotStore();
        }));
        await RenewAsync(app, "cache; fwd=stale");
        await app.GetAsync("/a");
        Assert.Equal(3, _runs);
    }

    [Fact]
    public async Task Get_RenewedResponse_KeepsWhatMiddlewareBeforeTheCacheSaid()
    {
        await using var app = await Start(before: static app => app.Use(static (context, next) =>
        {
            context.Response.Headers["X-Before"] = "1";
            return next(context);
        }));
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        var renewed = await app.GetAsync("/a");
        Assert.Equal(("cache; fwd=stale; stored", "1"), (renewed.CacheStatus, renewed["X-Before"]));
    }

    private static async Task RenewAsync(App app, string status = "cache; fwd=stale; stored")
    {
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        var renewed = await app.GetAsync("/a");
        if (renewed.CacheStatus.Contains("hit", StringComparison.Ordinal))
        {
            await Redis.Tests.Servers.Poll.UntilAsync(async () => (await app.GetAsync("/a")).CacheStatus.Contains("ttl=60", StringComparison.Ordinal), static () => "It was never renewed.");
            return;
        }

        Assert.Equal((200, "body", status), (renewed.Status, renewed.Body, renewed.CacheStatus));
    }

    private Task<App> Start(
        string control = "max-age=60", Action<CacheResponseAttribute>? configure = null, Action<HttpContext>? onRun = null, ICacheResponsePolicy? policy = null, Action<WebApplicationBuilder>? build = null,
        Action<WebApplication>? before = null) => App.StartAsync(
        app =>
        {
            var endpoint = app.MapGet("/a", object? (HttpContext context) =>
            {
                _runs++;
                onRun?.Invoke(context);
                var headers = context.Response.Headers;
                (headers.CacheControl, headers.ETag, headers["X-Run"]) = (control, "\"v1\"", _runs.ToString(CultureInfo.InvariantCulture));
                return context.Request.Headers.IfNoneMatch == "\"v1\"" ? Results.StatusCode(304) : "body";
            }).CacheResponse(null, configure);
            if (policy is not null) endpoint.WithMetadata(policy);
        },
        build: build,
        before: before);

    private sealed class Policy(Action<CacheResponseStoring> storing) : ICacheResponsePolicy
    {
        public void BeforeStoring(CacheResponseStoring response) => storing(response);
    }
}
