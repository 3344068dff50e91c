using System.Globalization;
using DistributedCache.Redis.Tests.Servers;
using DistributedCache.Remote;
using DistributedCache.Tests.Remote;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>What is fetched behind an answer finds the cultures of who asked, and its own request as the current one.</summary>
public class DetachedFlowTests
{
    private static readonly CultureInfo Comma = WithComma();

    private int _runs;
    private int _foreign;

    private static CultureInfo WithComma()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        return culture;
    }

    private Task<App> Start(string control, FakeTimeProvider? time = null, Action<IServiceCollection>? services = null) => App.StartAsync(
        app => app.MapGet("/a", (HttpContext context, IHttpContextAccessor accessor) =>
        {
            context.Response.Headers.CacheControl = control;
            return $"{Interlocked.Increment(ref _runs)} {1.5.ToString(CultureInfo.CurrentCulture)} {CultureInfo.CurrentUICulture == Comma} {accessor.HttpContext == context}";
        }).CacheResponse(),
        time: time,
        build: b =>
        {
            b.Services.AddHttpContextAccessor();
            services?.Invoke(b.Services);
        },
        before: app => app.Use(async (context, next) =>
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (Comma, Comma);
            await next(context);
            if (context.RequestServices.GetRequiredService<IHttpContextAccessor>().HttpContext != context) Interlocked.Increment(ref _foreign);
        }));

    private static Task RenewedAsync(App app) => Poll.UntilAsync(async () => (await app.GetAsync("/a")).Body == "2 1,5 True True", static () => "It was never fetched so.");

    [Fact]
    public async Task Get_WithinStaleWhileRevalidate_IsFetchedAsForWhoAsked()
    {
        await using var app = await Start("max-age=60, stale-while-revalidate=600");
        Assert.Equal("1 1,5 True True", (await app.GetAsync("/a")).Body);
        app.Time.Advance(TimeSpan.FromSeconds(70));
        Assert.Equal("1 1,5 True True", (await app.GetAsync("/a")).Body);
        await RenewedAsync(app);
        Assert.Equal(0, _foreign);
    }

    [Fact]
    public async Task Get_WithinStaleIfError_IsFetchedAsForWhoAsked()
    {
        await using var app = await Start("max-age=60, stale-if-error=600");
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(70));
        Assert.Equal("2 1,5 True True", (await app.GetAsync("/a")).Body);
        Assert.Equal(0, _foreign);
    }

    [Fact]
    public async Task Get_Unverified_IsFetchedAsForWhoAsked()
    {
        var isAway = false;
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var app = await Start(
            "max-age=600", time, services => services.AddSingleton<IRemoteTier>(new FailingRemote(new InProcessRemote(timeProvider: time), _ => isAway, isLossless: false)));
        await app.GetAsync("/a");
        isAway = true;
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(("1 1,5 True True", "cache; hit; ttl=570; detail=unverified"), ((await app.GetAsync("/a")) is var answer ? answer.Body : "", answer.CacheStatus));
        await RenewedAsync(app);
        Assert.Equal(0, _foreign);
    }

    [Fact]
    public async Task Get_UnverifiedAndAnsweredBeforeTheFetchBegins_IsFetchedAsForWhoAsked()
    {
        var answered = new TaskCompletionSource();
        var isAway = false;
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new FailingRemote(new InProcessRemote(timeProvider: time), _ => isAway, isLossless: false);
        await using var app = await Start("max-age=600", time, services => services.AddSingleton<IRemoteTier>(remote));
        await app.GetAsync("/a");
        isAway = true;
        remote.Read = async _ =>
        {
            await answered.Task;
            throw new TimeoutException("away");
        };
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("1 1,5 True True", (await app.GetAsync("/a")).Body);
        answered.SetResult();

        // Not by asking again, which would begin another.
        await Poll.UntilAsync(() => Task.FromResult(Volatile.Read(ref _runs) == 2), static () => "It was never fetched.");
        await RenewedAsync(app);
        Assert.Equal(0, _foreign);
    }
}
