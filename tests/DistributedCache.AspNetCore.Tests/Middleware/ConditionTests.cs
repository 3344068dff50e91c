using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>RFC 9110, sections 13 and 14, and RFC 9111, section 4.3: conditions, parts and HEAD from a stored response.</summary>
public class ConditionTests
{
    private int _runs;
    private string? _asked;

    private Task<App> Start(Action<HttpResponse>? response = null) => App.StartAsync(app => app.MapMethods("/a", ["GET", "HEAD"], (HttpContext context) =>
    {
        Interlocked.Increment(ref _runs);
        _asked = context.Request.Headers.IfNoneMatch;
        context.Response.Headers.CacheControl = "max-age=60";
        response?.Invoke(context.Response);
        return context.Response.WriteAsync("0123456789");
    }).CacheResponse());

    [Fact]
    public async Task Get_IfNoneMatchOfTheStored_Is304()
    {
        await using var app = await Start();
        await app.GetAsync("/a");
        var tag = (await app.GetAsync("/a"))["ETag"];
        foreach (var condition in new[] { tag, $"W/{tag}", $"\"x\", {tag}", "*" })
        {
            var answer = await app.GetAsync("/a", ("If-None-Match", condition));
            Assert.Equal((304, "", tag), (answer.Status, answer.Body, answer["ETag"]));
        }

        Assert.Equal(200, (await app.GetAsync("/a", ("If-None-Match", "\"x\""))).Status);
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task Get_IfModifiedSince_ComparesWithLastModified()
    {
        await using var app = await Start(r => r.Headers.LastModified = "Mon, 05 Jan 2026 00:00:00 GMT");
        await app.GetAsync("/a");
        Assert.Equal(304, (await app.GetAsync("/a", ("If-Modified-Since", "Mon, 05 Jan 2026 00:00:00 GMT"))).Status);
        Assert.Equal(200, (await app.GetAsync("/a", ("If-Modified-Since", "Sun, 04 Jan 2026 23:59:59 GMT"))).Status);
        Assert.Equal(200, (await app.GetAsync("/a", ("If-Modified-Since", "Mon, 05 Jan 2026 00:00:00 GMT"), ("If-None-Match", "\"x\""))).Status);
    }

    [Fact]
    public async Task Get_FirstWithACondition_StoresTheWhole()
    {
        await using var app = await Start();
        Assert.Equal((200, "0123456789"), ((await app.GetAsync("/a", ("If-None-Match", "\"x\""))) is var first ? first.Status : 0, first.Body));
        Assert.Equal("", _asked ?? "");
        Assert.Equal("0123456789", (await app.GetAsync("/a")).Body);
        Assert.Equal(1, _runs);
    }

    [Theory]
    [InlineData("bytes=2-4", 206, "234", "bytes 2-4/10")]
    [InlineData("bytes=8-", 206, "89", "bytes 8-9/10")]
    [InlineData("bytes=-3", 206, "789", "bytes 7-9/10")]
    [InlineData("bytes=5-99", 206, "56789", "bytes 5-9/10")]
    [InlineData("bytes=10-", 416, "", "bytes */10")]
    [InlineData("bytes=4-2", 200, "0123456789", "")]
    [InlineData("bytes=0-1,3-4", 200, "0123456789", "")]
    [InlineData("lines=0-1", 200, "0123456789", "")]
    public async Task Get_Range_IsTakenFromTheStored(string range, int status, string body, string contentRange)
    {
        await using var app = await Start();
        await app.GetAsync("/a");
        var answer = await app.GetAsync("/a", ("Range", range));
        Assert.Equal((status, body, contentRange), (answer.Status, answer.Body, answer["Content-Range"]));
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task Get_IfRange_ComparesStrongly()
    {
        await using var app = await Start(r => r.Headers.ETag = "\"v1\"");
        await app.GetAsync("/a");
        Assert.Equal(206, (await app.GetAsync("/a", ("Range", "bytes=0-0"), ("If-Range", "\"v1\""))).Status);
        Assert.Equal(200, (await app.GetAsync("/a", ("Range", "bytes=0-0"), ("If-Range", "W/\"v1\""))).Status);
        Assert.Equal(200, (await app.GetAsync("/a", ("Range", "bytes=0-0"), ("If-Range", "\"v2\""))).Status);
    }

    [Fact]
    public async Task Head_AfterGet_IsAnsweredFromTheStored()
    {
        await using var app = await Start();
        await app.GetAsync("/a");
        var head = await app.SendAsync(HttpMethod.Head, "/a");
        Assert.Equal((200, "", "10"), (head.Status, head.Body, head["Content-Length"]));
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task Head_Miss_IsAnsweredByTheApplicationAndStoresNothing()
    {
        await using var app = await Start();
        foreach (var runs in new[] { 1, 2 })
        {
            var head = await app.SendAsync(HttpMethod.Head, "/a");
            Assert.Equal((200, "cache; fwd=uri-miss", runs), (head.Status, head.CacheStatus, _runs));
        }

        var get = await app.GetAsync("/a");
        Assert.Equal(("0123456789", "cache; fwd=uri-miss; stored"), (get.Body, get.CacheStatus));
        Assert.Equal("0123456789", (await app.GetAsync("/a")).Body);
        Assert.Equal(3, _runs);
    }

    [Fact]
    public async Task Get_RangeBehindTheEndOfAResponseThatSaidItsLength_SaysNoLength()
    {
        await using var app = await Start(static r => r.ContentLength = 10);
        await app.GetAsync("/a");
        var answer = await app.GetAsync("/a", ("Range", "bytes=10-"));
        Assert.Equal((416, "bytes */10"), (answer.Status, answer["Content-Range"]));
        Assert.NotEqual("10", answer["Content-Length"]);
    }

    [Fact]
    public async Task Get_StaleWithValidator_IsRenewedByA304()
    {
        var isChanged = false;
        await using var app = await App.StartAsync(app => app.MapGet("/a", (HttpContext context) =>
        {
            _runs++;
            _asked = context.Request.Headers.IfNoneMatch;
            context.Response.Headers.CacheControl = "max-age=60";
            context.Response.Headers.ETag = "\"v1\"";
            context.Response.Headers["X-Run"] = $"{_runs}";
            if (_asked != "\"v1\"" || isChanged) return context.Response.WriteAsync("body");
            context.Response.StatusCode = 304;
            return Task.CompletedTask;
        }).CacheResponse(configure: null));
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        var renewed = await app.GetAsync("/a");
        Assert.Equal((200, "body", "2", "0"), (renewed.Status, renewed.Body, renewed["X-Run"], renewed["Age"]));
        Assert.Equal("\"v1\"", _asked);
        Assert.Equal("cache; hit; ttl=60; detail=L1", (await app.GetAsync("/a")).CacheStatus);
    }

    [Theory]
    [InlineData("no-cache")]
    [InlineData("max-age=0")]
    [InlineData("min-fresh=61")]
    [InlineData("no-store")]
    public async Task Get_RequestThatWantsNewer_IsNotAnsweredWithOlder(string control)
    {
        await using var app = await Start();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(1));
        await app.GetAsync("/a", ("Cache-Control", control));
        Assert.Equal(control == "no-store" ? 1 : 2, _runs);
    }

    [Fact]
    public async Task Get_OnlyIfCached_Is504WhereNothingIs()
    {
        await using var app = await Start();
        Assert.Equal(504, (await app.GetAsync("/a", ("Cache-Control", "only-if-cached"))).Status);
        await app.GetAsync("/a");
        Assert.Equal(200, (await app.GetAsync("/a", ("Cache-Control", "only-if-cached"))).Status);
        Assert.Equal(1, _runs);
    }
}
