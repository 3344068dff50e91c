using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Policies;

/// <summary>What of an endpoint's caching is said in code.</summary>
public class CodePolicyTests
{
    private int _runs;

    private string Next() => Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);

    private Task<App> Start(Action<CacheResponseAttribute>? configure = null, ICacheResponsePolicy? policy = null, Action<WebApplicationBuilder>? build = null) => App.StartAsync(
        app =>
        {
            var endpoint = app.MapGet("/a", () => Next()).CacheResponse("catalog", configure);
            if (policy is not null) endpoint.WithMetadata(policy);
        },
        build: build);

    [Fact]
    public async Task VaryBy_Values_KeepResponsesApart()
    {
        await using var app = await Start(static o => o.VaryBy(static context => context.Request.Headers["X-Plan"]));
        Assert.Equal("1", (await app.GetAsync("/a", ("X-Plan", "free"))).Body);
        Assert.Equal("2", (await app.GetAsync("/a", ("X-Plan", "paid"))).Body);
        Assert.Equal("3", (await app.GetAsync("/a")).Body);
        Assert.Equal("1", (await app.GetAsync("/a", ("X-Plan", "free"))).Body);
    }

    [Fact]
    public async Task When_False_IsNeitherServedNorStored()
    {
        await using var app = await Start(static o => o.When(static context => !context.Request.Query.ContainsKey("preview")));
        Assert.Equal(("1", "cache; fwd=bypass; detail=\"policy\""), Of(await app.GetAsync("/a?preview")));
        Assert.Equal("2", (await app.GetAsync("/a?preview")).Body);
        Assert.Equal("3", (await app.GetAsync("/a")).Body);
        Assert.Equal("3", (await app.GetAsync("/a")).Body);
    }

    [Theory]
    [InlineData("/value")]
    [InlineData("/ok")]
    [InlineData("/union")]
    public async Task TagsFrom_WhatTheHandlerReturns_InvalidatesTheResponse(string path)
    {
        await using var app = await App.StartAsync(app =>
        {
            void Tag(CacheResponseAttribute o) => o.TagsFrom<Item>(static item => [$"shelf:{item.Shelf}"]);
            app.MapGet("/value", () => new Item(Next(), 7)).CacheResponse("catalog", Tag);
            app.MapGet("/ok", () => TypedResults.Ok(new Item(Next(), 7))).CacheResponse("catalog", Tag);
            app.MapGroup("").CacheResponse("catalog", Tag).MapGet("/union", Results<Ok<Item>, NotFound> () => TypedResults.Ok(new Item(Next(), 7)));
        });
        var first = (await app.GetAsync(path)).Body;
        Assert.Equal(first, (await app.GetAsync(path)).Body);

        await app.Cache.RemoveByTagAsync("shelf:8", TestContext.Current.CancellationToken);
        Assert.Equal(first, (await app.GetAsync(path)).Body);
        await app.Cache.RemoveByTagAsync("shelf:7", TestContext.Current.CancellationToken);
        Assert.NotEqual(first, (await app.GetAsync(path)).Body);
    }

    [Fact]
    public async Task AddCacheTags_FromTheEndpoint_InvalidatesTheResponse()
    {
        await using var app = await App.StartAsync(app => app.MapGet("/a", (HttpContext context) =>
        {
            context.AddCacheTags("late");
            return Next();
        }).CacheResponse("catalog"));
        await app.GetAsync("/a");
        await app.Cache.RemoveByTagAsync("late", TestContext.Current.CancellationToken);

        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task BeforeLookup_VariesTagsAndBypasses()
    {
        await using var app = await Start(policy: new Policy
        {
            OnLookup = static lookup =>
            {
                lookup.VaryBy(lookup.HttpContext.Request.Headers["X-Plan"]);
                lookup.Tags.Add("planned");
                if (lookup.HttpContext.Request.Headers["X-Plan"] == "none") lookup.Bypass();
            },
        });
        Assert.Equal("1", (await app.GetAsync("/a", ("X-Plan", "free"))).Body);
        Assert.Equal("2", (await app.GetAsync("/a", ("X-Plan", "paid"))).Body);
        Assert.Equal("1", (await app.GetAsync("/a", ("X-Plan", "free"))).Body);
        Assert.Equal(("3", "cache; fwd=bypass; detail=\"policy\""), Of(await app.GetAsync("/a", ("X-Plan", "none"))));
        await app.Cache.RemoveByTagAsync("planned", TestContext.Current.CancellationToken);
        Assert.Equal("4", (await app.GetAsync("/a", ("X-Plan", "free"))).Body);
    }

    [Fact]
    public async Task BeforeStoring_SaysForHowLongAndUnderWhatTags()
    {
        await using var app = await Start(policy: new Policy
        {
            OnStoring = static storing =>
            {
                storing.Duration = TimeSpan.FromSeconds(5);
                storing.Tags.Add($"status:{storing.HttpContext.Response.StatusCode}");
                storing.HttpContext.Response.Headers["X-Kept"] = "yes";
            },
        });
        await app.GetAsync("/a");
        var hit = await app.GetAsync("/a");
        Assert.Equal(("cache; hit; ttl=5; detail=L1", "yes"), (hit.CacheStatus, hit["X-Kept"]));

        await app.Cache.RemoveByTagAsync("status:200", TestContext.Current.CancellationToken);
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
        app.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("3", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task BeforeStoring_Refused_IsNotStored()
    {
        await using var app = await Start(policy: new Policy { OnStoring = static storing => storing.DoNotStore() });
        Assert.DoesNotContain("stored", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task BeforeServing_Hit_SaysWhereFromAndHowOld()
    {
        await using var app = await Start(policy: new Policy
        {
            OnServing = static serving => serving.HttpContext.Response.Headers["X-Served"] = $"{serving.Tier} {serving.Age.TotalSeconds} {serving.TimeToLive.TotalSeconds} {serving.IsStale}",
        });
        Assert.Equal("", (await app.GetAsync("/a"))["X-Served"]);
        app.Time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal("Local 7 593 False", (await app.GetAsync("/a"))["X-Served"]);
    }

    [Fact]
    public async Task BeforeServing_ApplicationFails_IsToldOfTheStaleAnswer()
    {
        var fails = false;
        var stale = 0;
        await using var app = await App.StartAsync(app => app.MapGet("/a", (HttpContext context) =>
        {
            if (fails) throw new InvalidOperationException("away");
            context.Response.Headers.CacheControl = "max-age=10, stale-if-error=60";
            return "kept";
        }).CacheResponse().WithMetadata(new Policy
        {
            OnServing = serving =>
            {
                if (serving.IsStale) stale++;
            },
        }));
        await app.GetAsync("/a");
        fails = true;
        app.Time.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal("kept", (await app.GetAsync("/a")).Body);
        Assert.Equal(1, stale);
    }

    [Fact]
    public async Task PolicyAmongTheServices_HoldsForEveryCachedEndpoint()
    {
        await using var app = await Start(build: static b => b.Services.AddSingleton<ICacheResponsePolicy>(new Policy { OnLookup = static lookup => lookup.Bypass() }));
        Assert.Equal(("1", "cache; fwd=bypass; detail=\"policy\""), Of(await app.GetAsync("/a")));
    }

    private static (string, string) Of(Answer answer) => (answer.Body, answer.CacheStatus);

    private sealed record Item(string Run, int Shelf);

    private sealed class Policy : ICacheResponsePolicy
    {
        public Action<CacheResponseLookup>? OnLookup { get; init; }

        public Action<CacheResponseStoring>? OnStoring { get; init; }

        public Action<CacheResponseServing>? OnServing { get; init; }

        public ValueTask BeforeLookupAsync(CacheResponseLookup lookup, CancellationToken cancellationToken)
        {
            OnLookup?.Invoke(lookup);
            return ValueTask.CompletedTask;
        }

        public void BeforeStoring(CacheResponseStoring storing) => OnStoring?.Invoke(storing);

        public void BeforeServing(CacheResponseServing serving) => OnServing?.Invoke(serving);
    }
}
