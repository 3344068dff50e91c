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

    [Fact]
    public async Task Get_NotModifiedThatNobodyAskedFor_IsNotStored()
    {
        var origin = new Origin
        {
            Answer = context =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                context.Response.StatusCode = 304;
                return Task.CompletedTask;
            },
        };
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal("cache; fwd=uri-miss; detail=\"status\"", (await app.GetAsync("/a")).CacheStatus);
        origin.Say(("Cache-Control", "max-age=60"));
        Assert.Equal((200, "2"), ((await app.GetAsync("/a")) is var answer ? answer.Status : 0, answer.Body));
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
    [InlineData("s-maxage=60", true)]
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
    [InlineData("max-age=1", true)]
    [InlineData("public", false)]
    public async Task Get_ProxiedSetCookieWithExpires_IsSharedUnlessWhatIsMeantForCachesSaysNoFreshness(string targeted, bool isStored)
    {
        (string, string)[] fields = [("Set-Cookie", "a=b"), ("Expires", "Fri, 01 Jan 2038 00:00:00 GMT"), ("Last-Modified", "Mon, 05 Jan 2015 00:00:00 GMT")];
        var origin = Origin.With(fields);
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        Assert.Equal("1", (await app.GetAsync("/a")).Body);
        origin.Say([.. fields, ("CDN-Cache-Control", targeted)]);
        await app.GetAsync("/b");
        Assert.Equal(isStored ? "2" : "3", (await app.GetAsync("/b")).Body);
    }

    [Theory]
    [InlineData("max-age=0", null, null, false)]
    [InlineData("max-age=0, stale-while-revalidate=30", null, null, true)]
    [InlineData("max-age=0, stale-if-error=30", null, null, true)]
    [InlineData("max-age=0, stale-while-revalidate=30, must-revalidate", null, null, false)]
    [InlineData("max-age=0, stale-if-error=30, must-revalidate", null, null, false)]
    [InlineData("max-age=0", "ETag", "\"v1\"", true)]
    [InlineData("max-age=0", "Last-Modified", "Mon, 05 Jan 2015 00:00:00 GMT", true)]
    public async Task Get_StaleFromTheStart_IsStoredIfItIsOfUse(string control, string? validator, string? value, bool isStored)
    {
        var origin = Origin.With([("Cache-Control", control), .. validator is null ? Array.Empty<(string, string)>() : [(validator, value!)]]);
        await using var app = await origin.BehindProxyAsync();
        Assert.Equal(isStored ? "cache; fwd=uri-miss; stored" : "cache; fwd=uri-miss; detail=\"stale\"", (await app.GetAsync("/a")).CacheStatus);
    }

    [Fact]
    public async Task Get_NoCacheWithADurationOfTheEndpoints_IsValidated()
    {
        var origin = Origin.With(("Cache-Control", "no-cache"), ("ETag", "\"v1\""));
        await using var app = await App.StartAsync(app => app.MapGet("/a", (RequestDelegate)origin.RunAsync).CacheResponse(null, o => o.Duration = 60));
        await app.GetAsync("/a");
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
        Assert.Equal("\"v1\"", origin.Asked["If-None-Match"]);
    }

    [Fact]
    public async Task Get_NoCacheWithADurationOfCode_IsValidated()
    {
        var origin = Origin.With(("Cache-Control", "no-cache"), ("ETag", "\"v1\""));
        await using var app = await App.StartAsync(app => app.MapGet("/a", (RequestDelegate)origin.RunAsync).CacheResponse().WithMetadata(new MinutePolicy()));
        await app.GetAsync("/a");
        Assert.Equal("2", (await app.GetAsync("/a")).Body);
        Assert.Equal("\"v1\"", origin.Asked["If-None-Match"]);
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
    public async Task Get_BodyShorterThanItSays_IsNotStored()
    {
        var origin = new Origin
        {
            Answer = static context =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                context.Response.ContentLength = 10;
                return context.Response.WriteAsync("short");
            },
        };
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        await app.GetAsync("/a");
        Assert.Equal(2, origin.Runs);
    }

    [Fact]
    public async Task Get_ClientThatLeavesMeanwhile_LeavesNothingStored()
    {
        var began = new TaskCompletionSource();
        var origin = new Origin
        {
            Answer = async context =>
            {
                context.Response.Headers.CacheControl = "max-age=60";
                await context.Response.WriteAsync("first");
                if (!began.TrySetResult()) return;
                var left = new TaskCompletionSource();
                await using var registration = context.RequestAborted.Register(left.SetResult);
                await left.Task;
            },
        };
        await using var app = await origin.BehindProxyAsync();
        using var leaving = new CancellationTokenSource();
        var get = app.Client.GetAsync("/a", leaving.Token);
        await began.Task;
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => get);
        Assert.Contains("fwd=", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
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

    private sealed class MinutePolicy : ICacheResponsePolicy
    {
        public void BeforeStoring(CacheResponseStoring storing) => storing.Duration = TimeSpan.FromMinutes(1);
    }
}
