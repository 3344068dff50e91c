using DistributedCache.Remote;
using DistributedCache.Tests.Remote;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>An unsafe request is answered once the edges have purged what it invalidated, or after a while.</summary>
public class EdgeAnswerTests
{
    private readonly TaskCompletionSource _purged = new();
    private readonly RecordedPurger _purger = new();

    private Task<App> Start(Action<EdgeOptions>? configure = null)
    {
        _purger.OnPurge = token => _purged.Task.WaitAsync(token);
        return App.StartAsync(
            static app =>
            {
                app.MapGet("/a", static () => "a").CacheResponse("catalog", static o => o.Tags = ["list"]);
                app.MapPut("/a", static () => "put");
            },
            build: b =>
            {
                var cache = b.Services.AddTieredCache().AddEdge<RecordedPurger>("edge", "Edge-Tags");
                if (configure is not null) cache.ConfigureEdges(configure);
                b.Services.AddSingleton(_purger);
            });
    }

    [Fact]
    public async Task Put_EdgeHasNotPurgedYet_IsAnsweredWhenItHas()
    {
        await using var app = await Start(static o => o.AnswerTimeout = TimeSpan.FromMinutes(1));
        var put = app.SendAsync(HttpMethod.Put, "/a");
        await _purger.NextAsync();
        Assert.False(put.IsCompleted);
        _purged.SetResult();
        Assert.Equal(200, (await put).Status);
    }

    [Fact]
    public async Task Put_EdgeDoesNotAnswer_IsAnsweredAfterTheAnswerTimeout()
    {
        await using var app = await Start(static o => o.AnswerTimeout = TimeSpan.FromSeconds(7));
        var began = app.Time.GetUtcNow();
        var put = app.SendAsync(HttpMethod.Put, "/a");
        await _purger.NextAsync();
        await Advance.UntilAsync(app.Time, () => put.IsCompleted);
        Assert.InRange(app.Time.GetUtcNow() - began, TimeSpan.FromSeconds(7), TimeSpan.MaxValue);
        _purged.SetResult();
    }

    [Fact]
    public async Task Put_NoAnswerTimeout_IsAnsweredAtOnce()
    {
        await using var app = await Start(static o => o.AnswerTimeout = TimeSpan.Zero);
        Assert.Equal(200, (await AtOnceAsync(app.SendAsync(HttpMethod.Put, "/a"))).Status);
        _purged.SetResult();
    }

    [Fact]
    public async Task Put_EdgeHangs_IsWaitedForOnceAndPurgedOfEachLater()
    {
        await using var edge = await StandIn.StartAsync();
        edge.Answer = context => _purged.Task.WaitAsync(context.RequestAborted);
        await using var app = await StartBehind(edge);
        var first = app.SendAsync(HttpMethod.Put, "/a");
        var purge = await edge.NextAsync();
        Assert.False(first.IsCompleted);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        await first;

        Assert.Equal(200, (await AtOnceAsync(app.SendAsync(HttpMethod.Put, "/b"))).Status);

        _purged.SetResult();
        Assert.NotEqual(purge.Body, (await edge.NextAsync()).Body);
    }

    [Fact]
    public async Task Put_EdgeAskedForAPause_IsNotWaitedForAndPurgedAfterIt()
    {
        await using var edge = await StandIn.StartAsync();
        var isBusy = true;
        edge.Answer = context =>
        {
            if (isBusy) (context.Response.StatusCode, context.Response.Headers.RetryAfter) = (503, "300");
            return Task.CompletedTask;
        };
        await using var app = await StartBehind(edge);

        foreach (var path in (string[])["/a", "/b"]) Assert.Equal(200, (await AtOnceAsync(app.SendAsync(HttpMethod.Put, path))).Status);

        await edge.NextAsync();
        Assert.Equal(0, edge.Waiting);
        isBusy = false;
        await Advance.UntilAsync(app.Time, () => edge.Waiting > 0);
    }

    private static Task<App> StartBehind(StandIn edge) => App.StartAsync(
        static app => app.MapPut("/{any}", static () => "put"),
        build: b => b.Services.AddTieredCache().AddFastlyEdge(o => (o.ServiceId, o.ApiToken, o.Endpoint) = ("id", "token", edge.Address)));

    /// <summary>What comes while the clock stands still.</summary>
    private static Task<Answer> AtOnceAsync(Task<Answer> answer) => answer.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

    [Theory]
    [InlineData("max-age=10, must-revalidate, stale-while-revalidate=30, stale-if-error=60", "max-age=300")]
    [InlineData("s-maxage=10, stale-if-error=60", "max-age=300")]
    [InlineData("max-age=10, stale-while-revalidate=30", "max-age=300, stale-while-revalidate=30, stale-if-error=3600")]
    [InlineData("max-age=10, must-revalidate", "max-age=300")]
    [InlineData("max-age=10, stale-if-error=60", "max-age=300, stale-if-error=60")]
    public async Task Get_ResponseThatMustBeRevalidated_GivesTheEdgeNoTimeBeyondItsLifetime(string control, string edge)
    {
        await using var app = await App.StartAsync(
            app => app.MapGet("/a", (HttpContext context) =>
            {
                context.Response.Headers.CacheControl = control;
                return "a";
            }).CacheResponse("safe", static o => o.EdgeDuration = 300),
            build: static b => b.Services.AddTieredCache().AddProfile("safe", static p => (p.Duration, p.StaleFor, p.Jitter) = (TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), 0)));
        foreach (var _ in new[] { 1, 2, 3, 4 }) Assert.Equal(edge, (await app.GetAsync("/a"))["CDN-Cache-Control"]);
    }

    [Fact]
    public async Task Get_StaleSinceThisMoment_HasNoLifetimeAtTheEdge()
    {
        await using var app = await App.StartAsync(static app => app.MapGet("/a", static (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "max-age=10, stale-while-revalidate=100";
            return "a";
        }).CacheResponse(null, static o => o.EdgeDuration = 300));
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(10));
        var stale = await app.GetAsync("/a");
        Assert.Equal(("cache; hit; ttl=0; detail=L1", "max-age=0"), (stale.CacheStatus, stale["CDN-Cache-Control"]));
    }

    [Fact]
    public async Task Get_Unverified_SaysSoAndHasNoLifetimeAtTheEdge()
    {
        var isAway = false;
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var app = await App.StartAsync(
            static app => app.MapGet("/a", static () => "a").CacheResponse("catalog", static o => o.EdgeDuration = 300),
            time: time,
            build: b => b.Services.AddSingleton<IRemoteTier>(new FailingRemote(new InProcessRemote(timeProvider: time), _ => isAway, isLossless: false)));
        await app.GetAsync("/a");
        isAway = true;
        time.Advance(TimeSpan.FromSeconds(30));
        var unverified = await app.GetAsync("/a");
        Assert.Equal(("a", "cache; hit; ttl=570; detail=unverified"), (unverified.Body, unverified.CacheStatus));
        Assert.Equal(("max-age=0", "max-age=0"), (unverified["CDN-Cache-Control"], unverified["Surrogate-Control"]));
    }

    [Fact]
    public async Task Get_ValueOfCodeThatTellsResponsesApart_IsKeptByNoEdge()
    {
        _purged.SetResult();
        await using var app = await App.StartAsync(
            static app => app.MapGet("/a", static () => "a").CacheResponse("catalog", static o => o.EdgeDuration = 300).WithMetadata(new PlanPolicy()),
            build: b => b.Services.AddTieredCache().AddEdge<RecordedPurger>("edge", "Edge-Tags").Services.AddSingleton(_purger));
        foreach (var _ in new[] { 1, 2, 3, 4 }) Assert.Equal(("no-store", ""), (await app.GetAsync("/a")) is var answer ? (answer["CDN-Cache-Control"], answer["Edge-Tags"]) : default);
    }

    [Fact]
    public async Task Get_VaryByUserHitAgainAndAgain_IsKeptByNoEdge()
    {
        _purged.SetResult();
        await using var app = await App.StartAsync(
            static app => app.MapGet("/a", static () => "a").CacheResponse("catalog", static o => o.VaryByUser = true),
            build: b => b.Services.AddTieredCache().AddEdge<RecordedPurger>("edge", "Edge-Tags").Services.AddSingleton(_purger));
        foreach (var _ in new[] { 1, 2, 3, 4 }) Assert.Equal("no-store", (await app.GetAsync("/a"))["CDN-Cache-Control"]);
    }

    private sealed class PlanPolicy : ICacheResponsePolicy
    {
        public ValueTask BeforeLookupAsync(CacheResponseLookup lookup, CancellationToken cancellationToken)
        {
            lookup.VaryBy("plan");
            return ValueTask.CompletedTask;
        }
    }
}
