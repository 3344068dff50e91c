using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>What one client may never get of another's.</summary>
public class SharingTests
{
    private int _runs;

    private string Next() => Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);

    private static void SignIn(WebApplication app) => app.Use((context, next) =>
    {
        // A cookie login: no Authorization anywhere.
        if (context.Request.Headers["X-User"].ToString() is { Length: > 0 } name)
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name)], "cookie"));
        return next(context);
    });

    private Task<App> Start(Action<HttpResponse>? response = null, Action<CacheResponseAttribute>? configure = null) => App.StartAsync(
        app => app.MapGet("/a", (HttpContext context) =>
        {
            response?.Invoke(context.Response);
            return $"{context.User.FindFirst(ClaimTypes.NameIdentifier)?.Value}:{Next()}";
        }).CacheResponse("catalog", configure),
        before: SignIn);

    [Fact]
    public async Task Get_OfAnAuthenticatedUser_IsNeitherStoredNorServed()
    {
        await using var app = await Start();
        var own = await app.GetAsync("/a", ("X-User", "ann"));
        Assert.Equal(("ann:1", "cache; fwd=bypass; detail=\"authenticated\""), (own.Body, own.CacheStatus));
        Assert.Equal(":2", (await app.GetAsync("/a")).Body);
        Assert.Equal("ann:3", (await app.GetAsync("/a", ("X-User", "ann"))).Body);
        Assert.Equal(":2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Get_VaryByUser_KeepsUsersApart()
    {
        await using var app = await Start(configure: o => o.VaryByUser = true);
        Assert.Equal("ann:1", (await app.GetAsync("/a", ("X-User", "ann"))).Body);
        Assert.Equal("bob:2", (await app.GetAsync("/a", ("X-User", "bob"))).Body);
        Assert.Equal(":3", (await app.GetAsync("/a")).Body);
        Assert.Equal("ann:1", (await app.GetAsync("/a", ("X-User", "ann"))).Body);
    }

    [Fact]
    public async Task Get_SharedAcrossUsers_IsOneForAll()
    {
        await using var app = await Start(configure: o => o.SharedAcrossUsers = true);
        Assert.Equal("ann:1", (await app.GetAsync("/a", ("X-User", "ann"))).Body);
        Assert.Equal("ann:1", (await app.GetAsync("/a", ("X-User", "bob"))).Body);
    }

    [Theory]
    [InlineData("Cache-Control", "private")]
    [InlineData("Cache-Control", "no-store")]
    [InlineData("Cache-Control", "max-age=60, PRIVATE=\"x\"")]
    [InlineData("Set-Cookie", "id=1")]
    [InlineData("Vary", "*")]
    [InlineData("Vary", "Accept, *")]
    public async Task Get_ResponseForOneClient_IsNotStored(string header, string value)
    {
        await using var app = await Start(response => response.Headers[header] = value);
        Assert.Equal(":1", (await app.GetAsync("/a")).Body);
        var second = await app.GetAsync("/a");
        Assert.Equal(":2", second.Body);
        Assert.DoesNotContain("stored", second.CacheStatus, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("public", true)]
    [InlineData("s-maxage=60", true)]
    [InlineData("must-revalidate, max-age=60", true)]
    [InlineData("max-age=60", false)]
    public async Task Get_WithAuthorization_IsSharedOnlyWhereTheResponseSaysSo(string? control, bool isStored)
    {
        await using var app = await Start(response => response.Headers.CacheControl = control);
        await app.GetAsync("/a", ("Authorization", "Bearer x"));
        Assert.Equal(isStored ? ":1" : ":2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Get_VaryOfTheResponse_KeepsVariantsApart()
    {
        await using var app = await Start(response => response.Headers.Vary = "Accept-Language");
        await app.GetAsync("/a", ("Accept-Language", "de"));
        var german = (await app.GetAsync("/a", ("Accept-Language", "de"))).Body;
        var english = (await app.GetAsync("/a", ("Accept-Language", "en"))).Body;
        Assert.NotEqual(german, english);
        Assert.Equal(german, (await app.GetAsync("/a", ("Accept-Language", "de"))).Body);
        var again = await app.GetAsync("/a", ("Accept-Language", "en"));
        Assert.Equal(english, again.Body);
        Assert.StartsWith("cache; hit", again.CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_EndpointOfAProxyBeforeAuthorizationRan_FailsAndNamesTheEndpoint()
    {
        await using var app = await App.StartAsync(app => app.MapGet("/secret", [Authorize] () => "x"), o => o.CacheAllEndpoints = true, build: b => b.Services.AddAuthorization());
        Assert.Contains("/secret", (await Assert.ThrowsAsync<InvalidOperationException>(() => app.GetAsync("/secret"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_BeforeAuthorizationRan_FailsAndNamesTheEndpoint()
    {
        await using var app = await App.StartAsync(app => app.MapGet("/secret", [Authorize] () => "x").CacheResponse("catalog"), build: b => b.Services.AddAuthorization());
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => app.GetAsync("/secret"));
        Assert.Contains("/secret", error.Message, StringComparison.Ordinal);
        Assert.Contains("UseAuthorization", error.Message, StringComparison.Ordinal);
    }
}
