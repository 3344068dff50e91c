using System.Globalization;
using System.Security.Claims;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>What is authorized is so before the cache is asked, in whatever form it is said.</summary>
public class AuthorizationTests
{
    private static readonly AuthorizationPolicy LoggedIn = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build();

    private int _runs;

    private static void Add(WebApplicationBuilder builder)
    {
        builder.Services.AddAuthentication();
        builder.Services.AddAuthorization();
    }

    private static void Authorize(WebApplication app)
    {
        app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("sub", "ann")], "cookie"));
            return next(context);
        });
        app.UseAuthorization();
    }

    public static TheoryData<object> Forms => [new AuthorizeAttribute(), LoggedIn, new RequirementAttribute()];

    [Theory]
    [MemberData(nameof(Forms), DisableDiscoveryEnumeration = true)]
    public async Task Get_BeforeAuthorizationRan_FailsAndNamesTheEndpoint(object metadata)
    {
        await using var app = await App.StartAsync(app => app.MapGet("/secret", static () => "x").WithMetadata(metadata).CacheResponse("catalog"), build: Add);
        Assert.Contains("/secret", (await Assert.ThrowsAsync<InvalidOperationException>(() => app.GetAsync("/secret"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_BeforeTheFallbackPolicyRan_FailsButWhereAnybodyMayAsk()
    {
        await using var app = await App.StartAsync(
            static app =>
            {
                app.UseAuthorization();
                app.MapGet("/secret", static () => "x").CacheResponse("catalog");
                app.MapGet("/open", static () => "x").CacheResponse("catalog").AllowAnonymous();
            },
            build: static builder => builder.Services.AddAuthorization(static o => o.FallbackPolicy = LoggedIn));
        Assert.Contains("/secret", (await Assert.ThrowsAsync<InvalidOperationException>(() => app.GetAsync("/secret"))).Message, StringComparison.Ordinal);
        Assert.Equal("cache; fwd=uri-miss; stored", (await app.GetAsync("/open")).CacheStatus);
    }

    [Fact]
    public async Task Start_SharedPastAFilterThatAuthorizes_FailsAndNamesTheEndpoint()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => App.StartAsync(
            static app => app.MapGet("/secret", static () => "x").WithMetadata(new AuthorizeFilter()).CacheResponse("catalog", static o => o.SharedAcrossUsers = true)));
        Assert.Contains("/secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_EdgeLifetimeOfWhatIsAuthorized_FailsAndNamesTheEndpoint()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => App.StartAsync(
            static app => app.MapGet("/secret", static () => "x").RequireAuthorization().CacheResponse("catalog", static o => (o.SharedAcrossUsers, o.EdgeDuration) = (true, 60)), build: Add));
        Assert.Contains("/secret", error.Message, StringComparison.Ordinal);
        Assert.Contains("authorization", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_AuthorizedAndSharedBehindAnEdge_IsKeptByNoEdge()
    {
        await using var app = await App.StartAsync(
            static app => app.MapGet("/secret", static () => "x").RequireAuthorization().CacheResponse("catalog", static o => o.SharedAcrossUsers = true),
            build: static builder =>
            {
                Add(builder);
                builder.Services.AddTieredCache().AddEdge<Edge.RecordedPurger>("edge", "Edge-Tags");
                builder.Services.AddSingleton(new Edge.RecordedPurger());
            },
            before: Authorize);
        foreach (var answer in new[] { await app.GetAsync("/secret"), await app.GetAsync("/secret") }) Assert.Equal(("no-store", ""), (answer["CDN-Cache-Control"], answer["Edge-Tags"]));
    }

    [Fact]
    public async Task Get_AuthorizedWithinStaleWhileRevalidate_IsFetchedBehind()
    {
        await using var app = await App.StartAsync(
            app => app.MapGet("/secret", (HttpContext context) =>
            {
                context.Response.Headers.CacheControl = "max-age=60, stale-while-revalidate=600";
                return Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);
            }).RequireAuthorization().CacheResponse(configure: static o => o.SharedAcrossUsers = true),
            build: Add,
            before: Authorize);
        await app.GetAsync("/secret");
        app.Time.Advance(TimeSpan.FromSeconds(70));
        await Poll.UntilAsync(async () => (await app.GetAsync("/secret")).Body == "2", static () => "It was never fetched.");
    }

    [Fact]
    public async Task Get_WithCorsWithinStaleWhileRevalidate_IsFetchedBehind()
    {
        await using var app = await App.StartAsync(
            app => app.MapGet("/a", (HttpContext context) =>
            {
                context.Response.Headers.CacheControl = "max-age=60, stale-while-revalidate=600";
                return Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);
            }).RequireCors(static policy => policy.AllowAnyOrigin()).CacheResponse(),
            build: static builder => builder.Services.AddCors(),
            before: static app => app.UseCors());
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(70));
        await Poll.UntilAsync(async () => (await app.GetAsync("/a")).Body == "2", static () => "It was never fetched.");
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class RequirementAttribute : Attribute, IAuthorizationRequirementData, IAuthorizationRequirement
    {
        public IEnumerable<IAuthorizationRequirement> GetRequirements() => [this];
    }
}
