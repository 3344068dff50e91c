using DistributedCache.AspNetCore.Tests.Edge;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>RFC 5861: stale while it is fetched anew, stale instead of an error; and it says so.</summary>
public class StaleTests
{
    private int _runs;
    private Func<HttpContext, Task<string>> _endpoint = _ => Task.FromResult("");

    private Task<App> Start(string control) => App.StartAsync(app => app.MapGet("/a", (Delegate)((HttpContext context) =>
    {
        Interlocked.Increment(ref _runs);
        context.Response.Headers.CacheControl = control;
        return _endpoint(context);
    })).CacheResponse());

    [Fact]
    public async Task Get_WithinStaleWhileRevalidate_IsAnsweredAtOnceAndFetchedBehind()
    {
        await using var app = await Start("max-age=60, stale-while-revalidate=30");
        await StoreAsync(app, age: 70);
        var release = new TaskCompletionSource<string>();
        _endpoint = _ => release.Task;
        var stale = await app.GetAsync("/a", ("X-Any", "x"));
        Assert.Equal(("old", "70", "cache; hit; ttl=-10; detail=L1"), (stale.Body, stale["Age"], stale.CacheStatus));
        release.SetResult("new");
        await Poll.UntilAsync(async () => (await app.GetAsync("/a")).Body == "new", () => "The new response never came.");
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task Get_WithinStaleWhileRevalidateOfAnApplicationThatKeepsItsThread_IsAnsweredAtOnce()
    {
        await using var app = await Start("max-age=60, stale-while-revalidate=30");
        await StoreAsync(app, age: 70);
        using var release = new ManualResetEventSlim();
        _endpoint = _ =>
        {
            release.Wait(TimeSpan.FromSeconds(30));
            return Task.FromResult("new");
        };
        Assert.Equal("old", (await app.GetAsync("/a")).Body);
        release.Set();
        await Poll.UntilAsync(async () => (await app.GetAsync("/a")).Body == "new", () => "The new response never came.");
    }

    [Theory]
    [InlineData("max-age=60, stale-while-revalidate=30")]
    [InlineData("max-age=60, stale-while-revalidate=300, must-revalidate")]
    [InlineData("s-maxage=60, stale-while-revalidate=300")]
    public async Task Get_BeyondStaleWhileRevalidate_Waits(string control)
    {
        await using var app = await Start(control);
        await StoreAsync(app, age: 91);
        _endpoint = _ => Task.FromResult("new");
        Assert.Equal("new", (await app.GetAsync("/a")).Body);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_ErrorWithinStaleIfError_IsAnsweredStale(bool throws)
    {
        await using var app = await Start("max-age=60, stale-if-error=600");
        await StoreAsync(app, age: 100);
        _endpoint = context =>
        {
            if (throws) throw new InvalidOperationException("broken");
            context.Response.StatusCode = 503;
            return Task.FromResult("error");
        };
        var stale = await app.GetAsync("/a");
        Assert.Equal((200, "old", "100"), (stale.Status, stale.Body, stale["Age"]));
        Assert.Contains("ttl=-40", stale.CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ErrorBeyondStaleIfError_IsTheError()
    {
        await using var app = await Start("max-age=60, stale-if-error=10");
        await StoreAsync(app, age: 100);
        _endpoint = context =>
        {
            context.Response.StatusCode = 503;
            return Task.FromResult("error");
        };
        Assert.Equal((503, "error"), ((await app.GetAsync("/a")) is var answer ? answer.Status : 0, answer.Body));
    }

    [Fact]
    public async Task Get_LeaderFails_ReachesNoWaiter()
    {
        var leader = new TaskCompletionSource<string>();
        var started = new TaskCompletionSource();
        await using var app = await Start("max-age=60");
        _endpoint = _ =>
        {
            _endpoint = _ => Task.FromResult("fine");
            started.SetResult();
            return leader.Task;
        };
        var first = app.GetAsync("/a");
        await started.Task;
        var waiters = Enumerable.Range(0, 5).Select(_ => app.GetAsync("/a")).ToArray();
        leader.SetException(new InvalidOperationException("broken"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => first);
        foreach (var waiter in waiters) Assert.Equal((200, "fine"), ((await waiter).Status, (await waiter).Body));
    }

    [Fact]
    public async Task Get_ApplicationHangs_IsAnsweredStaleAfterTheSoftTimeout()
    {
        await using var app = await StartWithSoftTimeout();
        await StoreAsync(app, age: 70);
        var release = new TaskCompletionSource<string>();
        _endpoint = _ => release.Task;
        var get = app.GetAsync("/a");
        await Advance.UntilAsync(app.Time, () => get.IsCompleted);
        var stale = await get;
        Assert.Equal((200, "old"), (stale.Status, stale.Body));
        Assert.StartsWith("cache; hit; ttl=-", stale.CacheStatus, StringComparison.Ordinal);
        release.SetResult("new");
        await Poll.UntilAsync(async () => (await app.GetAsync("/a")).Body == "new", () => "The new response never came.");
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task Get_ApplicationHangsForMany_AllAreAnsweredStale()
    {
        await using var app = await StartWithSoftTimeout();
        await StoreAsync(app, age: 70);
        var release = new TaskCompletionSource<string>();
        _endpoint = _ => release.Task;
        Task<Answer>[] gets = [app.GetAsync("/a"), app.GetAsync("/a"), app.GetAsync("/a")];
        await Advance.UntilAsync(app.Time, () => gets.All(static get => get.IsCompleted));
        var next = app.GetAsync("/a").WaitAsync(Poll.Deadline, TestContext.Current.CancellationToken);
        foreach (var stale in (await Task.WhenAll(gets)).Append(await next))
        {
            Assert.Equal((200, "old"), (stale.Status, stale.Body));
            Assert.StartsWith("cache; hit; ttl=-", stale.CacheStatus, StringComparison.Ordinal);
        }

        Assert.Equal(2, _runs);
        release.SetResult("new");
        await Poll.UntilAsync(async () => (await app.GetAsync("/a")).Body == "new", () => "The new response never came.");
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task Get_ApplicationHangsAfterItHasFailed_IsAnsweredStale()
    {
        await using var app = await StartWithSoftTimeout();
        await StoreAsync(app, age: 70);
        _endpoint = _ => throw new InvalidOperationException("broken");
        Assert.Equal("old", (await app.GetAsync("/a")).Body);
        var release = new TaskCompletionSource<string>();
        _endpoint = _ => release.Task;
        var get = app.GetAsync("/a");
        await Advance.UntilAsync(app.Time, () => get.IsCompleted);
        Assert.Equal((200, "old"), (await get is var stale ? stale.Status : 0, stale.Body));
        release.SetResult("late");
    }

    [Fact]
    public async Task Get_ApplicationAnswersAfterItHasFailed_IsAnsweredFreshAndNotStored()
    {
        await using var app = await StartWithSoftTimeout();
        await StoreAsync(app, age: 70);
        _endpoint = _ => throw new InvalidOperationException("broken");
        await app.GetAsync("/a");
        _endpoint = _ => Task.FromResult("new");
        Assert.Equal((200, "new", "cache; fwd=stale"), (await app.GetAsync("/a") is var fresh ? fresh.Status : 0, fresh.Body, fresh.CacheStatus));
        _endpoint = context =>
        {
            context.Response.Headers.CacheControl = "no-store";
            return Task.FromResult("private");
        };
        Assert.Equal((200, "private"), (await app.GetAsync("/a") is var own ? own.Status : 0, own.Body));
    }

    [Fact]
    public async Task Get_ApplicationHangsWithoutASoftTimeout_IsAnsweredStaleAfterTheHardOneAndIsAborted()
    {
        await using var app = await Start("max-age=60, stale-if-error=86400");
        await StoreAsync(app, age: 70);
        var aborted = new TaskCompletionSource();
        _endpoint = async context =>
        {
            context.RequestAborted.Register(aborted.SetResult);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return "";
        };
        var began = app.Time.GetUtcNow();
        var get = app.GetAsync("/a");
        await Advance.UntilAsync(app.Time, () => get.IsCompleted);
        var stale = await get;
        Assert.Equal((200, "old"), (stale.Status, stale.Body));
        Assert.StartsWith("cache; hit; ttl=-", stale.CacheStatus, StringComparison.Ordinal);
        Assert.InRange(app.Time.GetUtcNow() - began, TimeSpan.FromSeconds(30), TimeSpan.MaxValue);
        await aborted.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Get_ApplicationAnswersBeforeTheSoftTimeout_IsAnsweredFresh()
    {
        await using var app = await StartWithSoftTimeout();
        await StoreAsync(app, age: 70);
        _endpoint = _ => Task.FromResult("new");
        var fresh = await app.GetAsync("/a");
        Assert.Equal((200, "new", "cache; fwd=stale; stored"), (fresh.Status, fresh.Body, fresh.CacheStatus));
        app.Time.Advance(TimeSpan.FromSeconds(70));
        _endpoint = _ => throw new InvalidOperationException("broken");
        Assert.Equal((200, "new"), ((await app.GetAsync("/a")) is var stale ? stale.Status : 0, stale.Body));
    }

    /// <summary>Has 'old' stored, and so many seconds pass.</summary>
    private async Task StoreAsync(App app, int age)
    {
        _endpoint = _ => Task.FromResult("old");
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(age));
    }

    private Task<App> StartWithSoftTimeout() => App.StartAsync(
        app => app.MapGet("/a", (Delegate)((HttpContext context) =>
        {
            Interlocked.Increment(ref _runs);
            return _endpoint(context);
        })).CacheResponse("soft"),
        build: static builder => builder.Services.AddTieredCache()
            .AddProfile("soft", static p => (p.Duration, p.StaleFor, p.FactorySoftTimeout, p.Jitter) = (TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromSeconds(1), 0)));
}
