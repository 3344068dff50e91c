using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>By what users with responses of their own are told apart: every identity that is authenticated.</summary>
public class UserIdentityTests
{
    private static void SignIn(WebApplication app) => app.Use((context, next) =>
    {
        context.User = new ClaimsPrincipal(context.Request.Headers["X-Identity"].Select(static text =>
        {
            var parts = text!.Split(' ');
            return new ClaimsIdentity([new Claim(parts[1], parts[2], null, parts.Length > 3 ? parts[3] : null)], parts[0] == "-" ? null : parts[0]);
        }));
        return next(context);
    });

    private static Task<App> Start(bool isBehindTheCache = false, Action<CacheResponseAttribute>? configure = null) => App.StartAsync(
        app =>
        {
            if (isBehindTheCache) SignIn(app);
            app.MapGet("/a", static (HttpContext context) => string.Join(',', context.Request.Headers["X-Identity"].ToString())).CacheResponse("catalog", configure ?? (static o => o.VaryByUser = true));
        },
        before: isBehindTheCache ? null : SignIn);

    private static (string, string)[] As(params string[] identities) => [.. identities.Select(static identity => ("X-Identity", identity))];

    [Theory]
    [InlineData("cookie sub ann", "cookie sub bob")]
    [InlineData("cookie sub ann one", "cookie sub ann two")]
    [InlineData("cookie sub ann", "bearer sub ann")]
    [InlineData("cookie http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name ann", "cookie http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name bob")]
    public async Task Get_OfAnotherUser_IsAnotherResponse(string one, string other)
    {
        await using var app = await Start();
        await app.GetAsync("/a", As(one));
        Assert.Contains("; stored", (await app.GetAsync("/a", As(other))).CacheStatus, StringComparison.Ordinal);
        Assert.Contains("; hit", (await app.GetAsync("/a", As(one))).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_BehindAnIdentityThatAllRequestsHave_KeepsUsersApart()
    {
        await using var app = await Start();
        await app.GetAsync("/a", As("gateway sub gateway", "cookie sub ann"));
        var other = await app.GetAsync("/a", As("gateway sub gateway", "cookie sub bob"));
        Assert.Contains("bob", other.Body, StringComparison.Ordinal);
        Assert.Contains("; hit", (await app.GetAsync("/a", As("gateway sub gateway", "cookie sub bob"))).CacheStatus, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cookie email ann")]
    [InlineData("gateway sub gateway", "cookie email ann")]
    public async Task Get_OfAUserWhoHasNoIdentifier_IsNeitherStoredNorServed(params string[] identities)
    {
        await using var app = await Start();
        await app.GetAsync("/a", As(identities));
        Assert.Equal("cache; fwd=bypass; detail=\"authenticated\"", (await app.GetAsync("/a", As(identities))).CacheStatus);
    }

    [Fact]
    public async Task Get_IdentityThatIsNotAuthenticated_DoesNotCount()
    {
        await using var app = await Start();
        await app.GetAsync("/a", As("cookie sub ann"));
        Assert.Contains("; hit", (await app.GetAsync("/a", As("cookie sub ann", "- role admin"))).CacheStatus, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Get_WhereAuthenticationRunsBehindTheCache_GivesNobodyAnothersResponse(bool variesByUser)
    {
        await using var app = await Start(isBehindTheCache: true, o => o.VaryByUser = variesByUser);
        Assert.Equal("cache; fwd=uri-miss; detail=\"authenticated\"", (await app.GetAsync("/a", As("cookie sub ann"))).CacheStatus);
        Assert.Equal("", (await app.GetAsync("/a")).Body);
    }
}
