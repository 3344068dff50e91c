using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Yarp.ReverseProxy.Configuration;

namespace DistributedCache.AspNetCore.Tests.Proxy;

/// <summary>YARP, whose answers are cached as its origin says.</summary>
public class YarpTests
{
    [Theory]
    [InlineData("an endpoint")]
    [InlineData("all endpoints")]
    [InlineData("a forwarder")]
    public async Task Get_OriginSaysFresh_IsAHit(string what)
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("X-From", "origin"));
        await using var server = await ListeningOrigin.StartAsync(origin);
        await using var app = await App.StartAsync(
            app =>
            {
                if (what == "a forwarder") app.MapForwarder("/{**any}", server.Address).CacheResponse();
                else if (what == "an endpoint") app.MapReverseProxy().CacheResponse();
                else app.MapReverseProxy();
            },
            o => o.CacheAllEndpoints = what == "all endpoints",
            build: builder => Register(builder, server.Address));

        Assert.Equal(("1", "cache; fwd=uri-miss; stored"), await Ask(app));
        Assert.Equal(("1", "cache; hit; ttl=60; detail=L1"), await Ask(app));
        Assert.Equal("origin", (await app.GetAsync("/a"))["X-From"]);

        static async Task<(string, string)> Ask(App app) => await app.GetAsync("/a") is var answer ? (answer.Body, answer.CacheStatus) : default;
    }

    [Fact]
    public async Task Get_StoredResponseOfThatTag_IsNotModified()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("ETag", "\"a\""));
        await using var server = await ListeningOrigin.StartAsync(origin);
        await using var app = await StartAsync(server);
        await app.GetAsync("/a");

        Assert.Equal(StatusCodes.Status304NotModified, (await app.GetAsync("/a", ("If-None-Match", "\"a\""))).Status);
        Assert.Equal(1, origin.Runs);
    }

    [Fact]
    public async Task Get_StaleResponse_IsRenewedByItsTag()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("ETag", "\"a\""));
        await using var server = await ListeningOrigin.StartAsync(origin);
        await using var app = await StartAsync(server);
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        origin.Answer = static context =>
        {
            (context.Response.StatusCode, context.Response.Headers.CacheControl, context.Response.Headers.ETag) = (StatusCodes.Status304NotModified, "max-age=90", "\"a\"");
            return Task.CompletedTask;
        };

        Assert.Equal((StatusCodes.Status200OK, "1"), await app.GetAsync("/a") is var renewed ? (renewed.Status, renewed.Body) : default);
        Assert.Equal("\"a\"", origin.Asked["If-None-Match"]);
        Assert.Equal("cache; hit; ttl=90; detail=L1", (await app.GetAsync("/a")).CacheStatus);
    }

    [Fact]
    public async Task Put_ThatSucceeds_InvalidatesItsTarget()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var server = await ListeningOrigin.StartAsync(origin);
        await using var app = await StartAsync(server);
        await app.GetAsync("/a");
        await app.SendAsync(HttpMethod.Put, "/a");

        Assert.Equal("3", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Get_OriginIsGone_IsAnsweredStale()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var server = await ListeningOrigin.StartAsync(origin);
        await using var app = await StartAsync(server);
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(100));
        await server.DisposeAsync();

        Assert.Equal((StatusCodes.Status200OK, "1", "cache; hit; ttl=-40; detail=L1"), await app.GetAsync("/a") is var stale ? (stale.Status, stale.Body, stale.CacheStatus) : default);
        Assert.Equal(StatusCodes.Status502BadGateway, (await app.GetAsync("/another")).Status);
    }

    private static Task<App> StartAsync(ListeningOrigin server) =>
        App.StartAsync(static app => app.MapReverseProxy().CacheResponse(), build: builder => Register(builder, server.Address));

    private static void Register(WebApplicationBuilder builder, string address) => builder.Services.AddReverseProxy().LoadFromMemory(
        [new RouteConfig { RouteId = "all", ClusterId = "origin", Match = new RouteMatch { Path = "{**any}" } }],
        [new ClusterConfig { ClusterId = "origin", Destinations = new Dictionary<string, DestinationConfig> { ["origin"] = new() { Address = address } } }]);
}
