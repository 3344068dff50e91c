using System.Security.Claims;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Security;

/// <summary>The known ways to make a shared cache give one client what another put into it, or what is another's.</summary>
public class PoisoningTests
{
    private static Task<App> Start(RequestDelegate endpoint, Action<CacheResponseAttribute>? configure = null, Action<WebApplication>? before = null) =>
        App.StartAsync(app => app.MapGet("/{**any}", endpoint).CacheResponse("catalog", configure), before: before);

    [Theory]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("X-Forwarded-Scheme")]
    [InlineData("X-Forwarded-Prefix")]
    [InlineData("X-Forwarded-Port")]
    [InlineData("X-Original-Host")]
    [InlineData("X-Original-URL")]
    [InlineData("X-Rewrite-URL")]
    [InlineData("X-HTTP-Method-Override")]
    [InlineData("Forwarded")]
    public async Task Get_FieldThatRewritesTheAddress_PoisonsNobody(string field)
    {
        await using var app = await Start(context => context.Response.WriteAsync($"<a href='{context.Request.Headers[field]}'>"));
        Assert.Contains("evil", (await app.GetAsync("/a", (field, "host=evil.example"))).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", (await app.GetAsync("/a")).Body, StringComparison.Ordinal);
        Assert.Contains("good", (await app.GetAsync("/a", (field, "for=10.0.0.1;host=good.example"))).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_FieldThatRewritesTheAddressAmongAllThatAreCommon_PoisonsNobody()
    {
        (string, string)[] common =
            [("User-Agent", "a"), ("Accept", "*/*"), ("Accept-Encoding", "gzip"), ("Accept-Language", "en"), ("Connection", "keep-alive"), ("Cookie", "id=1"), ("Referer", "http://localhost/")];
        await using var app = await Start(context => context.Response.WriteAsync($"<a href='{context.Request.Headers["X-Forwarded-Host"]}'>"));
        Assert.Contains("evil", (await app.GetAsync("/a", [.. common, ("X-Forwarded-Host", "evil.example")])).Body, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", (await app.GetAsync("/a", common)).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_Host_IsInTheKey()
    {
        await using var app = await Start(context => context.Response.WriteAsync(context.Request.Host.Value!));
        Assert.Equal("evil.example", (await app.GetAsync("http://evil.example/a")).Body);
        Assert.Equal("good.example", (await app.GetAsync("http://good.example/a")).Body);
    }

    [Fact]
    public async Task Get_FieldsThatSayWhoAsks_AreNotInTheKey()
    {
        await using var app = await Start(context => context.Response.WriteAsync("all"));
        await app.GetAsync("/a", ("X-Forwarded-For", "10.0.0.1"), ("Forwarded", "for=10.0.0.1;by=x"), ("User-Agent", "one"), ("Cookie", "id=1"));
        Assert.StartsWith("cache; hit", (await app.GetAsync("/a", ("X-Forwarded-For", "10.0.0.2"), ("Forwarded", "for=10.0.0.2; by=y"), ("User-Agent", "two"), ("Cookie", "id=2"))).CacheStatus, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?page=1&utm=x;page=2")]
    [InlineData("?page=1;page=2")]
    [InlineData("?page=1&page=2")]
    [InlineData("?page=2&page=1")]
    [InlineData("?page=2")]
    [InlineData("?page=2%26page=1")]
    [InlineData("?%70age=2")]
    public async Task Get_CloakedParameter_IsTheOneTheApplicationReads(string query)
    {
        await using var app = await Start(context => context.Response.WriteAsync(context.Request.Query["page"].ToString()), o => o.VaryByQuery = ["page"]);
        var poison = await app.GetAsync("/a" + query);
        var victim = await app.GetAsync("/a?page=1");
        Assert.Equal("1", victim.Body);
        Assert.Equal(poison.Body == "1", victim.CacheStatus.Contains("hit", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/account/x.css")]
    [InlineData("/account/..%2fstatic/x.js")]
    [InlineData("/account;x.png")]
    [InlineData("/account%0a.css")]
    public async Task Get_PathThatLooksStatic_IsNotSharedForIt(string path)
    {
        await using var app = await Start(
            context => context.Response.WriteAsync(context.User.FindFirst(ClaimTypes.Name)?.Value ?? "nobody"),
            before: app => app.Use((context, next) =>
            {
                if (context.Request.Headers.Cookie.Count > 0) context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "ann")], "cookie"));
                return next(context);
            }));
        Assert.Equal("ann", (await app.GetAsync(path, ("Cookie", "id=ann"))).Body);
        Assert.Equal("nobody", (await app.GetAsync(path)).Body);
    }

    [Theory]
    [InlineData("gzip", "gzip", true)]
    [InlineData("gzip", "br, gzip;q=0.5", true)]
    [InlineData("gzip", "*", true)]
    [InlineData("gzip", "br", false)]
    [InlineData("gzip", "gzip;q=0", false)]
    [InlineData("gzip", "identity", false)]
    [InlineData("gzip", "", true)]
    [InlineData("unregistered", "gzip", true)]
    [InlineData("br", "gzip", false)]
    public async Task Get_CompressedWithoutSayingThatItVaries_GoesOnlyToWhoCanReadIt(string coding, string accepted, bool isHit)
    {
        await using var app = await Start(context =>
        {
            context.Response.Headers.ContentEncoding = coding;
            return context.Response.WriteAsync("bytes");
        });
        await app.GetAsync("/a", ("Accept-Encoding", coding));
        Assert.Equal(isHit, (await app.GetAsync("/a", accepted.Length == 0 ? [] : [("Accept-Encoding", accepted)])).CacheStatus.Contains("hit", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("gzip", 200)]
    [InlineData("br", 503)]
    public async Task Get_ErrorWhereACompressedResponseIsStale_GetsItOnlyWhoCanReadIt(string accepted, int status)
    {
        var fails = false;
        await using var app = await Start(context =>
        {
            if (fails) context.Response.StatusCode = 503;
            (context.Response.Headers.CacheControl, context.Response.Headers.ContentEncoding) = ("max-age=60, stale-if-error=600", "gzip");
            return context.Response.WriteAsync("bytes");
        });
        await app.GetAsync("/a", ("Accept-Encoding", "gzip"));
        app.Time.Advance(TimeSpan.FromSeconds(100));
        fails = true;
        Assert.Equal(status, (await app.GetAsync("/a", ("Accept-Encoding", accepted))).Status);
    }

    [Fact]
    public async Task Get_ErrorThatARequestProvokes_IsNotEverybodys()
    {
        await using var app = await Start(context =>
        {
            if (context.Request.Headers.ContainsKey("X-Oversized")) context.Response.StatusCode = 400;
            return context.Response.WriteAsync("page");
        });
        Assert.Equal(400, (await app.GetAsync("/a", ("X-Oversized", "x"))).Status);
        Assert.Equal(200, (await app.GetAsync("/a")).Status);
    }
}
