using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>What an endpoint gets that asks for its responses to be cached.</summary>
public class CacheResponseTests
{
    private int _runs;

    private string Next() => Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);

    private Task<App> Shop(Action<CacheResponseAttribute>? configure = null) => App.StartAsync(app =>
    {
        app.MapGet("/products/{id}", (int id) => $"{id}:{Next()}").CacheResponse("catalog", o =>
        {
            o.Tags = ["product:{id}", "products"];
            configure?.Invoke(o);
        });
        app.MapPut("/products/{id}", (int id) => Results.Ok());
        app.MapGet("/free", () => Next());
    });

    [Fact]
    public async Task Get_Twice_IsAHitWithAgeAndTimeToLive()
    {
        await using var app = await Shop();
        var first = await app.GetAsync("/products/1");
        Assert.Equal((200, "1:1", "cache; fwd=uri-miss; stored", ""), (first.Status, first.Body, first.CacheStatus, first["Age"]));
        app.Time.Advance(TimeSpan.FromSeconds(7));
        var second = await app.GetAsync("/products/1");
        Assert.Equal((200, "1:1", "cache; hit; ttl=593; detail=L1", "7"), (second.Status, second.Body, second.CacheStatus, second["Age"]));
        Assert.Equal(first["Content-Type"], second["Content-Type"]);
        Assert.NotEmpty(second["ETag"]);
        Assert.NotEmpty(second["Date"]);
    }

    [Fact]
    public async Task Get_OtherPathHostOrQuery_IsAnotherResponse()
    {
        await using var app = await Shop();
        Assert.Equal("1:1", (await app.GetAsync("/products/1")).Body);
        Assert.Equal("2:2", (await app.GetAsync("/products/2")).Body);
        Assert.Equal("1:3", (await app.GetAsync("/products/1?a=1")).Body);
        Assert.Equal("1:4", (await app.GetAsync("http://other.example/products/1")).Body);
        Assert.Equal("1:1", (await app.GetAsync("/products/1")).Body);
    }

    [Fact]
    public async Task Get_AfterItsTagIsRemoved_RunsAgain()
    {
        await using var app = await Shop();
        await app.GetAsync("/products/1");
        await app.GetAsync("/products/2");
        await app.Cache.RemoveByTagAsync("product:1", TestContext.Current.CancellationToken);
        Assert.Equal("1:3", (await app.GetAsync("/products/1")).Body);
        Assert.Equal("2:2", (await app.GetAsync("/products/2")).Body);
    }

    [Fact]
    public async Task Put_ThatSucceeds_InvalidatesItsTarget()
    {
        await using var app = await Shop();
        await app.GetAsync("/products/1");
        Assert.Equal(200, (await app.SendAsync(HttpMethod.Put, "/products/1")).Status);
        Assert.Equal("1:2", (await app.GetAsync("/products/1")).Body);
    }

    [Fact]
    public async Task Get_Expired_RunsAgain()
    {
        await using var app = await Shop();
        await app.GetAsync("/products/1");
        app.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal("1:2", (await app.GetAsync("/products/1")).Body);
    }

    [Fact]
    public async Task Get_EndpointWithoutPolicy_IsLeftAlone()
    {
        await using var app = await Shop();
        Assert.Equal("1", (await app.GetAsync("/free")).Body);
        var second = await app.GetAsync("/free");
        Assert.Equal(("2", ""), (second.Body, second.CacheStatus));
    }

    [Fact]
    public async Task Get_VaryByQuery_LeavesOthersOutOfTheKeyInAnyOrder()
    {
        await using var app = await Shop(o => o.VaryByQuery = ["page", "size"]);
        Assert.Equal("1:1", (await app.GetAsync("/products/1?page=1&size=2&utm=x")).Body);
        Assert.Equal("1:1", (await app.GetAsync("/products/1?size=2&page=1")).Body);
        Assert.Equal("1:2", (await app.GetAsync("/products/1?page=1&page=2&size=2")).Body);
        Assert.Equal("1:3", (await app.GetAsync("/products/1?page=1")).Body);
    }

    [Fact]
    public async Task Get_ManyAtOnce_RunTheEndpointOnce()
    {
        var release = new TaskCompletionSource();
        var started = new TaskCompletionSource();
        await using var app = await App.StartAsync(app => app.MapGet("/slow", async () =>
        {
            var run = Next();
            started.TrySetResult();
            await release.Task;
            return run;
        }).CacheResponse("catalog"));
        var first = app.GetAsync("/slow");
        await started.Task;
        var others = Enumerable.Range(0, 20).Select(_ => app.GetAsync("/slow")).ToArray();
        release.SetResult();
        Assert.Equal("1", (await first).Body);
        foreach (var other in others) Assert.Equal("1", (await other).Body);
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task Get_OnAnotherNode_IsAHitOfTheSharedTier()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new InProcessRemote(timeProvider: time);
        void Map(WebApplication app) => app.MapGet("/a", () => Next()).CacheResponse("catalog");
        await using var a = await App.StartAsync(Map, remote: remote, time: time);
        await using var b = await App.StartAsync(Map, remote: remote, time: time);
        var first = await a.GetAsync("/a");
        var other = await b.GetAsync("/a");
        Assert.Equal((first.Body, "cache; hit; ttl=600; detail=L2"), (other.Body, other.CacheStatus));
        Assert.Equal(first["Content-Type"], other["Content-Type"]);
        Assert.Equal("cache; hit; ttl=600; detail=L1", (await b.GetAsync("/a")).CacheStatus);
    }

    [Theory]
    [InlineData("product:{nr}", "nr")]
    [InlineData("product:{", "not closed")]
    [InlineData("product:{cookie.x}", "cookie.x")]
    public async Task Start_TagTheRouteLacks_FailsAndNamesTheEndpoint(string tag, string named)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Shop(o => o.Tags = [tag]));
        Assert.Contains("/products/{id}", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }
}
