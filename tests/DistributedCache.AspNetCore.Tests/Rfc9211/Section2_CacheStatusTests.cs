using Microsoft.AspNetCore.Builder;

namespace DistributedCache.AspNetCore.Tests.Rfc9211;

/// <summary>RFC 9211, section 2: the cache says what it did about each request.</summary>
public class Section2_CacheStatusTests
{
    [Fact]
    public async Task Get_EachReason_IsSaid()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Vary", "X-Any"));
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal("cache; fwd=uri-miss; stored", (await app.GetAsync("/a")).CacheStatus);
        Assert.Equal("cache; hit; ttl=60; detail=L1", (await app.GetAsync("/a")).CacheStatus);
        Assert.Equal("cache; fwd=vary-miss; stored", (await app.GetAsync("/a", ("X-Any", "1"))).CacheStatus);
        Assert.Equal("cache; fwd=request; stored", (await app.GetAsync("/a", ("Cache-Control", "no-cache"))).CacheStatus);
        app.Time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal("cache; fwd=stale; stored", (await app.GetAsync("/a")).CacheStatus);
        Assert.Equal("cache; fwd=bypass; detail=\"condition\"", (await app.GetAsync("/a", ("If-Match", "\"x\""))).CacheStatus);
        Assert.Equal("cache; fwd=bypass; detail=\"condition\"", (await app.GetAsync("/a", ("If-Unmodified-Since", "Mon, 05 Jan 2026 00:00:00 GMT"))).CacheStatus);
        origin.Say(("Cache-Control", "no-store"));
        Assert.Equal("cache; fwd=uri-miss; detail=\"no-store\"", (await app.GetAsync("/b")).CacheStatus);
    }

    [Fact]
    public async Task Get_OthersWhoWaited_SayThatTheyDid()
    {
        var release = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        var origin = new Origin
        {
            Answer = async context =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                started.TrySetResult();
                await release.Task;
            },
        };
        var joined = new TaskCompletionSource();
        await using var app = await App.StartAsync(app => app.Run(origin.RunAsync), o => o.CacheAllEndpoints = true, before: app => app.Use((context, next) =>
        {
            // What is not awaited has found the first one's run when this goes on.
            var answering = next(context);
            if (context.Request.Headers.ContainsKey("X-Second")) joined.TrySetResult();
            return answering;
        }));
        var first = app.GetAsync("/a");
        await started.Task;
        var second = app.GetAsync("/a", ("X-Second", "1"));
        await joined.Task;
        release.SetResult();
        Assert.Equal("cache; fwd=uri-miss; stored", (await first).CacheStatus);
        Assert.Equal("cache; fwd=uri-miss; stored; collapsed", (await second).CacheStatus);
    }

    [Fact]
    public async Task Get_AnotherCacheBehind_IsNamedBeforeThisOne()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Cache-Status", "behind; hit"));
        await using var app = await origin.BehindProxyAsync(o => o.CacheName = "here");
        Assert.Equal("behind; hit, here; fwd=uri-miss; stored", (await app.GetAsync("/a")).CacheStatus);
        Assert.Equal("here; hit; ttl=60; detail=L1", (await app.GetAsync("/a")).CacheStatus);
    }

    [Theory]
    [InlineData("Development", true)]
    [InlineData("Production", false)]
    public async Task Get_Key_IsSaidInDevelopmentAlone(string environment, bool isSaid)
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await App.StartAsync(app => app.Run(origin.RunAsync), o => o.CacheAllEndpoints = true, build: b => b.Environment.EnvironmentName = environment);
        Assert.Equal(isSaid, (await app.GetAsync("/a")).CacheStatus.Contains("; key=\"http:", StringComparison.Ordinal));
        Assert.Equal(isSaid, (await app.GetAsync("/a")).CacheStatus.Contains("; key=\"http:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Get_KeyWithQuotesAndBackslashes_IsAString()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await App.StartAsync(app => app.Run(origin.RunAsync), o => o.CacheAllEndpoints = true, build: static b => b.Environment.EnvironmentName = "Development");
        Assert.Contains("|/a\\\"b\\\\c|", (await app.GetAsync("/a%22b%5Cc")).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Head_RenewedForItAlone_IsNotStored()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("ETag", "\"v1\""));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        origin.Answer = static context =>
        {
            context.Response.StatusCode = 304;
            return Task.CompletedTask;
        };
        var head = await app.SendAsync(HttpMethod.Head, "/a", ("Cache-Control", "no-cache, no-store"));
        Assert.Equal((200, "cache; fwd=request"), (head.Status, head.CacheStatus));
    }

    [Fact]
    public async Task Get_ExpiredByTheApplication_IsSaidToBeStale()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("ETag", "\"v1\""));
        await using var app = await App.StartAsync(app => app.Run(origin.RunAsync), o => o.CacheAllEndpoints = true, build: static b => b.Environment.EnvironmentName = "Development");
        var key = (await app.GetAsync("/a")).CacheStatus.Split("key=\"")[1].TrimEnd('"');
        await app.Cache.ExpireAsync(key, TestContext.Current.CancellationToken);
        Assert.StartsWith("cache; fwd=stale; stored", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
    }
}
