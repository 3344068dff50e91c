using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>What answers of whole applications say to the edge in front: one policy for the edge, the region and the process.</summary>
public class EdgeLifetimeTests
{
    private static Task<App> Start(
        Action<CacheResponseAttribute>? configure = null, bool hasEdge = true, Action<HttpContext>? answer = null, Action<WebApplication>? before = null) => App.StartAsync(
        app =>
        {
            app.MapGet("/a", (HttpContext context) =>
            {
                answer?.Invoke(context);
                return "a";
            }).CacheResponse("catalog", o =>
            {
                o.Tags = ["a", "list"];
                (o.Duration, o.LocalDuration, o.EdgeDuration) = (1_800, 60, 300);
                configure?.Invoke(o);
            });
            app.MapPut("/a", () => "put");
            app.MapPut("/refused", static async (ITieredCache cache) =>
            {
                await cache.RemoveByTagAsync("list");
                return Results.Conflict();
            });
        },
        build: b =>
        {
            if (hasEdge) b.Services.AddTieredCache().AddEdge<RecordedPurger>("edge", "Edge-Tags");
            b.Services.AddSingleton(new RecordedPurger());
        },
        before: before);

    [Fact]
    public async Task Get_Miss_SaysLifetimeAndTags()
    {
        await using var app = await Start();
        var miss = await app.GetAsync("/a");
        Assert.Equal(("max-age=300", "max-age=300"), (miss["CDN-Cache-Control"], miss["Surrogate-Control"]));
        Assert.Matches("^uri\\.[^,]+,a,list$", miss["Edge-Tags"]);
        Assert.Matches("^\"uri\\.[^,]+\", \"a\", \"list\"$", miss["Cache-Groups"]);
    }

    [Fact]
    public async Task Get_Hit_AddsItsAgeWithinItsLifetime()
    {
        await using var app = await Start(static o => o.LocalDuration = -1);
        var miss = await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(20));
        var hit = await app.GetAsync("/a");
        Assert.Equal(("20", "max-age=320", miss["Edge-Tags"]), (hit["Age"], hit["CDN-Cache-Control"], hit["Edge-Tags"]));
        app.Time.Advance(TimeSpan.FromSeconds(1_700));
        var late = await app.GetAsync("/a");
        Assert.Equal(("1720", "max-age=1800"), (late["Age"], late["CDN-Cache-Control"]));
    }

    [Fact]
    public async Task Get_AfterTheLocalLifetime_ComesFromTheRegion()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var app = await App.StartAsync(
            static app => app.MapGet("/a", static () => "a").CacheResponse("catalog", static o => (o.Duration, o.LocalDuration, o.EdgeDuration) = (1_800, 60, 300)),
            remote: new InProcessRemote(timeProvider: time), time: time);
        await app.GetAsync("/a");
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("cache; hit; ttl=1741; detail=L1", (await app.GetAsync("/a")).CacheStatus);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("cache; hit; ttl=1739; detail=L2", (await app.GetAsync("/a")).CacheStatus);
    }

    [Fact]
    public async Task Get_Stale_HasNoLifetimeAtTheEdge()
    {
        var fails = false;
        await using var app = await Start(static o => o.Duration = -1, answer: context =>
        {
            if (fails) throw new InvalidOperationException("away");
            context.Response.Headers.CacheControl = "max-age=10, stale-if-error=100";
        });
        Assert.Equal("max-age=300, stale-if-error=100", (await app.GetAsync("/a"))["CDN-Cache-Control"]);
        fails = true;
        app.Time.Advance(TimeSpan.FromSeconds(30));
        var stale = await app.GetAsync("/a");
        Assert.Equal(("a", "max-age=0", "max-age=0"), (stale.Body, stale["CDN-Cache-Control"], stale["Surrogate-Control"]));
    }

    [Fact]
    public async Task Get_MoreTagsThanAnEdgeKeeps_IsKeptByNone()
    {
        await using var app = await Start(static o => o.Tags = [.. Enumerable.Range(0, 33).Select(static i => $"t{i}")]);
        foreach (var answer in new[] { await app.GetAsync("/a"), await app.GetAsync("/a") })
            Assert.Equal(("no-store", "", "", ""), (answer["CDN-Cache-Control"], answer["Edge-Tags"], answer["Cache-Groups"], answer["Cache-Control"]));
    }

    [Fact]
    public async Task Get_MoreTagsThanCloudFrontKeeps_IsKeptOutByCacheControl()
    {
        await using var app = await App.StartAsync(
            static app => app.MapGet("/a", static () => "a").CacheResponse("catalog", static o => o.Tags = [.. Enumerable.Range(0, 33).Select(static i => $"t{i}")]),
            build: static b => b.Services.AddTieredCache().AddCloudFrontEdge(static o => (o.DistributionId, o.AccessKeyId, o.SecretAccessKey, o.TagHeader) = ("id", "key", "secret", "Cache-Tag")));
        foreach (var answer in new[] { await app.GetAsync("/a"), await app.GetAsync("/a") }) Assert.Equal("private", answer["Cache-Control"]);
    }

    [Theory]
    [InlineData("Set-Cookie", "id=1")]
    [InlineData("Cache-Control", "private")]
    public async Task Get_WhatMayNotBeStored_IsKeptByNoEdge(string header, string value)
    {
        await using var app = await Start(answer: context => context.Response.Headers[header] = value);
        Assert.Equal(("no-store", ""), (await app.GetAsync("/a")) is var a ? (a["CDN-Cache-Control"], a["Edge-Tags"]) : default);
    }

    [Fact]
    public async Task Get_OfAnAuthenticatedUser_IsKeptByNoEdge()
    {
        await using var app = await Start(before: static app => app.Use(static (context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([], "cookie"));
            return next(context);
        }));
        Assert.Equal("no-store", (await app.GetAsync("/a"))["CDN-Cache-Control"]);
    }

    [Fact]
    public async Task Get_SharedAcrossUsers_IsKeptByTheEdgeOnlyAsNobodyWasAnsweredIt()
    {
        // As a login by cookie does, which renews itself once all else has been done.
        await using var app = await Start(static o => o.SharedAcrossUsers = true, before: static app => app.Use(static (context, next) =>
        {
            if (context.Request.Headers.Cookie.Count == 0) return next(context);
            context.User = new ClaimsPrincipal(new ClaimsIdentity([], "cookie"));
            context.Response.OnStarting(() =>
            {
                context.Response.Cookies.Append("login", "renewed");
                return Task.CompletedTask;
            });
            return next(context);
        }));
        foreach (var answer in new[] { await app.GetAsync("/a", ("Cookie", "login=1")), await app.GetAsync("/a", ("Cookie", "login=1")) })
            Assert.Equal(("no-store", "login=renewed; path=/"), (answer["CDN-Cache-Control"], answer["Set-Cookie"]));
        Assert.Equal(("max-age=300", ""), ((await app.GetAsync("/a")) is var open ? open["CDN-Cache-Control"] : "", open["Set-Cookie"]));
    }

    [Fact]
    public async Task Get_VaryByUserBehindAnEdge_IsKeptByNoEdge()
    {
        await using var app = await Start(static o => (o.VaryByUser, o.EdgeDuration) = (true, -1));
        foreach (var answer in new[] { await app.GetAsync("/a"), await app.GetAsync("/a") }) Assert.Equal(("no-store", ""), (answer["CDN-Cache-Control"], answer["Edge-Tags"]));
    }

    [Fact]
    public async Task Get_VaryByHeader_TellsTheEdge()
    {
        await using var app = await Start(static o => (o.VaryByHeader, o.VaryByValue) = (["X-Device"], ["{header.X-Plan}"]));
        foreach (var answer in new[] { await app.GetAsync("/a"), await app.GetAsync("/a") }) Assert.Equal("x-device, X-Plan", answer["Vary"].Replace(",X", ", X", StringComparison.Ordinal));
        Assert.Contains("; hit", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_EdgeWithoutALifetime_GetsTagsAlone()
    {
        await using var app = await Start(static o => o.EdgeDuration = -1);
        var answer = await app.GetAsync("/a");
        Assert.Matches("^uri\\.[^,]+,a,list$", answer["Edge-Tags"]);
        Assert.Equal("", answer["CDN-Cache-Control"]);
    }

    [Fact]
    public async Task Get_NoEdgeAndNoLifetimeThere_SaysNothingToEdges()
    {
        await using var app = await Start(static o => o.EdgeDuration = -1, hasEdge: false);
        Assert.DoesNotContain((await app.GetAsync("/a")).Headers.Keys, static name => name is "CDN-Cache-Control" or "Cache-Groups" or "Surrogate-Control");
        Assert.Equal("", (await app.SendAsync(HttpMethod.Put, "/a"))["Cache-Group-Invalidation"]);
    }

    [Fact]
    public async Task Put_WhatItInvalidated_IsTheGroupsOfTheResponse()
    {
        await using var app = await Start();
        var uri = (await app.GetAsync("/a"))["Cache-Groups"].Split(", ")[0];
        Assert.Equal(uri, (await app.SendAsync(HttpMethod.Put, "/a"))["Cache-Group-Invalidation"]);
        Assert.Equal("\"list\"", (await app.SendAsync(HttpMethod.Put, "/refused"))["Cache-Group-Invalidation"]);
    }

    [Fact]
    public async Task Put_OfACachedTarget_PurgesTheEdge()
    {
        var purger = new RecordedPurger();
        await using var app = await App.StartAsync(
            static app =>
            {
                app.MapGet("/a", static () => "a").CacheResponse("catalog");
                app.MapPut("/a", static () => "put");
            },
            build: b =>
            {
                b.Services.AddTieredCache().AddEdge<RecordedPurger>("edge", "Edge-Tags");
                b.Services.AddSingleton(purger);
            });
        var tags = (await app.GetAsync("/a"))["Edge-Tags"];
        await app.SendAsync(HttpMethod.Put, "/a");
        Assert.Equal([tags], (await purger.NextAsync()).Tags);
    }
}
