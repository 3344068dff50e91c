using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Rfc9111;

/// <summary>RFC 9111, sections 3, 4.2.2, 5.2.2.3 and 7.3: which responses a shared cache stores that goes by their headers alone.</summary>
public class Section3_StorageTests
{
    [Theory]
    [InlineData(200, "max-age=60", true)]
    [InlineData(299, "max-age=60", true)]
    [InlineData(302, "max-age=60", true)]
    [InlineData(404, "max-age=60", true)]
    [InlineData(503, "max-age=60", true)]
    [InlineData(599, "s-maxage=60", true)]
    [InlineData(200, "no-store, max-age=60", false)]
    [InlineData(200, "private, max-age=60", false)]
    [InlineData(200, "no-store, max-age=60, must-understand", true)]
    [InlineData(599, "no-store, max-age=60, must-understand", false)]
    [InlineData(599, "max-age=60, must-understand", false)]
    [InlineData(200, "", false)]
    public async Task Get_Status_IsStoredIfTheResponseSaysForHowLong(int status, string control, bool isStored)
    {
        var origin = new Origin
        {
            Answer = context =>
            {
                context.Response.StatusCode = status;
                if (control.Length > 0) context.Response.Headers.CacheControl = control;
                return Task.CompletedTask;
            },
        };
        await using var app = await origin.BehindProxyAsync();
        var first = await app.GetAsync("/a");
        Assert.Equal(isStored, first.CacheStatus.Contains("; stored", StringComparison.Ordinal));
        var second = await app.GetAsync("/a");
        Assert.Equal((status, isStored ? "1" : "2"), (second.Status, second.Body));
    }

    [Theory]
    [InlineData(200, "", true)]
    [InlineData(404, "", true)]
    [InlineData(501, "", true)]
    [InlineData(201, "", false)]
    [InlineData(302, "", false)]
    [InlineData(403, "", false)]
    [InlineData(503, "", false)]
    [InlineData(599, "", false)]
    [InlineData(599, "public", true)]
    public async Task Get_LastModifiedAlone_IsGuessedForTheStatusesThatMayBe(int status, string control, bool isStored)
    {
        var origin = new Origin
        {
            Answer = context =>
            {
                context.Response.StatusCode = status;
                if (control.Length > 0) context.Response.Headers.CacheControl = control;
                context.Response.Headers.LastModified = "Mon, 05 Jan 2015 00:00:00 GMT";
                return Task.CompletedTask;
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        Assert.Equal(isStored ? "1" : "2", (await app.GetAsync("/a")).Body);
    }

    [Theory]
    [InlineData("max-age=60", true)]
    [InlineData("public", false)]
    public async Task Get_ProxiedSetCookie_IsSharedOnlyWithAFreshnessOfItsOwn(string control, bool isStored)
    {
        var origin = Origin.With(("Set-Cookie", "a=b"), ("Cache-Control", control), ("Last-Modified", "Mon, 05 Jan 2015 00:00:00 GMT"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        var second = await app.GetAsync("/a");
        Assert.Equal((isStored ? "1" : "2", "a=b"), (second.Body, second["Set-Cookie"]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("catalog")]
    public async Task Get_CookieThatTheApplicationSets_IsNeverShared(string? profile)
    {
        var origin = new Origin
        {
            Answer = context =>
            {
                context.Response.Headers.CacheControl = "public, max-age=60";
                context.Response.Cookies.Append("session", "1");
                return Task.CompletedTask;
            },
        };
        await using var app = await App.StartAsync(app => app.MapGet("/a", (RequestDelegate)origin.RunAsync).CacheResponse(profile), o => o.CacheAllEndpoints = true);
        await app.GetAsync("/a");
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Get_SetCookieWithAProfile_IsNeverShared()
    {
        var origin = Origin.With(("Set-Cookie", "a=b"), ("Cache-Control", "public, max-age=60"));
        await using var app = await App.StartAsync(app => app.MapGet("/a", (RequestDelegate)origin.RunAsync).CacheResponse("catalog"));
        await app.GetAsync("/a");
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(404, true)]
    [InlineData(201, false)]
    [InlineData(302, false)]
    [InlineData(500, false)]
    [InlineData(503, false)]
    public async Task Get_ProfileOrDuration_HoldsForNoErrorThatSaysNothing(int status, bool isStored)
    {
        var origin = new Origin
        {
            Answer = context =>
            {
                context.Response.StatusCode = status;
                return Task.CompletedTask;
            },
        };
        await using var app = await App.StartAsync(app =>
        {
            app.MapGet("/profile", (RequestDelegate)origin.RunAsync).CacheResponse("catalog");
            app.MapGet("/duration", (RequestDelegate)origin.RunAsync).CacheResponse(null, o => o.Duration = 60);
        });
        foreach (var path in new[] { "/profile", "/duration" })
        {
            var first = await app.GetAsync(path);
            Assert.Equal(isStored, first.Body == (await app.GetAsync(path)).Body);
        }
    }

    [Fact]
    public async Task Get_BodyThatEndsTooEarly_IsNotStored()
    {
        var origin = new Origin
        {
            Answer = async context =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                await context.Response.WriteAsync("half");
                if (context.Request.Headers.ContainsKey("X-Cut")) throw new InvalidOperationException("cut");
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => app.GetAsync("/a", ("X-Cut", "1")));
        Assert.Contains("fwd=", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
        Assert.Equal(2, origin.Runs);
    }

    [Fact]
    public async Task Get_BodyOverTheBound_PassesThroughAndIsNotStored()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        origin.Answer = async context =>
        {
            context.Response.Headers.CacheControl = "max-age=60";
            for (var i = 0; i < 4; i++) await context.Response.WriteAsync("0123456789");
        };
        await using var app = await origin.BehindProxyAsync(o => o.MaximumBodySize = 39);
        Assert.Equal(40, (await app.GetAsync("/a")).Body.Length);
        Assert.Equal(40, (await app.GetAsync("/a")).Body.Length);
        Assert.Equal(2, origin.Runs);
    }
}
