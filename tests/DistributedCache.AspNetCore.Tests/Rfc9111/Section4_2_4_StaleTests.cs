using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Rfc9111;

/// <summary>RFC 9111, section 4.2.4: who is disconnected may serve what is stale, unless the response forbids it.</summary>
public class Section4_2_4_StaleTests
{
    private static void Fail(Origin origin, string how) => origin.Answer = context =>
    {
        if (how == "network") throw new HttpRequestException("no connection");
        if (how == "fault") throw new InvalidOperationException("a fault");
        context.Response.StatusCode = int.Parse(how, System.Globalization.CultureInfo.InvariantCulture);
        context.Response.Headers["X-Error"] = "1";
        return Task.CompletedTask;
    };

    private static async Task<string> Ask(App app)
    {
        try
        {
            var answer = await app.GetAsync("/a");
            Assert.True(answer.Status != 200 || answer["X-Error"].Length == 0, "Fields of the error are in the stale response.");
            return answer.Status == 200 ? $"{answer.Body}, {answer["Age"]} s, {answer.CacheStatus}" : $"{answer.Status}";
        }
        catch (Exception exception) when (exception is HttpRequestException or InvalidOperationException)
        {
            return exception.Message;
        }
    }

    [Theory]
    [InlineData("502", "1, 100 s, cache; hit; ttl=-40; detail=L1")]
    [InlineData("504", "1, 100 s, cache; hit; ttl=-40; detail=L1")]
    [InlineData("network", "1, 100 s, cache; hit; ttl=-40; detail=L1")]
    [InlineData("503", "503")]
    [InlineData("fault", "a fault")]
    public async Task Get_OriginOutOfReach_IsAnsweredStale(string how, string answer)
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(100));
        Fail(origin, how);
        Assert.Equal(answer, await Ask(app));
        Assert.Equal(answer, await Ask(app));
        Assert.True(origin.Runs > 1);
    }

    [Theory]
    [InlineData("max-age=60, must-revalidate")]
    [InlineData("max-age=60, proxy-revalidate")]
    [InlineData("s-maxage=60")]
    [InlineData("max-age=60, no-cache")]
    [InlineData("max-age=60, stale-if-error=30")]
    public async Task Get_OriginOutOfReach_IsTheErrorWhereTheResponseForbidsMore(string control)
    {
        var origin = Origin.With(("Cache-Control", control), ("ETag", "\"v1\""));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(100));
        Fail(origin, "502");
        Assert.Equal("502", await Ask(app));
    }

    [Theory]
    [InlineData(0, 61)]
    [InlineData(30, 91)]
    public async Task Get_OriginOutOfReachForLonger_IsTheError(int allowed, int later)
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("ETag", "\"v1\""));
        await using var app = await origin.BehindProxyAsync(o => o.StaleWhenUnreachableFor = TimeSpan.FromSeconds(allowed));
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(later));
        Fail(origin, "502");
        Assert.Equal("502", await Ask(app));
    }

    [Fact]
    public async Task Get_EndpointWithADurationOfItsOwn_IsNeverDisconnected()
    {
        var origin = new Origin();
        await using var app = await App.StartAsync(app => app.MapGet("/a", (RequestDelegate)origin.RunAsync).CacheResponse(null, o => o.Duration = 60));
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(61));
        Fail(origin, "network");
        Assert.Equal("no connection", await Ask(app));
    }

    [Theory]
    [InlineData("max-age=60", 200)]
    [InlineData("max-age=60, must-revalidate", 503)]
    [InlineData("max-age=60, stale-if-error=30", 503)]
    public async Task Get_ErrorOfAnEndpointWhoseProfileAllowsStale_IsAnsweredStaleUnlessTheResponseForbidsIt(string control, int status)
    {
        var origin = Origin.With(("Cache-Control", control), ("ETag", "\"v1\""));
        await using var app = await App.StartAsync(
            app => app.MapGet("/a", (RequestDelegate)origin.RunAsync).CacheResponse("safe"),
            build: static builder => builder.Services.AddTieredCache().AddProfile("safe", static p => (p.Duration, p.StaleFor, p.Jitter) = (TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), 0)));
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(100));
        Fail(origin, "503");
        Assert.Equal(status, (await app.GetAsync("/a")).Status);
    }

    [Fact]
    public async Task Get_OriginBack_IsAskedAgain()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"));
        await using var app = await origin.BehindProxyAsync();
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(100));
        Fail(origin, "502");
        await Ask(app);
        app.Time.Advance(TimeSpan.FromSeconds(10));
        origin.Say(("Cache-Control", "max-age=60"));
        var answer = await app.GetAsync("/a");
        Assert.Equal(("3", "cache; fwd=stale; stored"), (answer.Body, answer.CacheStatus));
    }
}
