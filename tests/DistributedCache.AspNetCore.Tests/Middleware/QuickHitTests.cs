using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>A hit in L1 that nothing has to be awaited for keeps to the rules of all others. The first hit finds the entry valid, so it is
/// from the second on that hits are such.</summary>
public class QuickHitTests
{
    private const int Warm = 3;

    [Fact]
    public async Task Get_CodingThatIsNotAccepted_IsNotServed()
    {
        await using var app = await App.StartAsync(static app => app.MapGet("/a", static context =>
        {
            var isGzip = context.Request.Headers.AcceptEncoding == "gzip";
            if (isGzip) context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.WriteAsync(isGzip ? "packed" : "plain");
        }).CacheResponse("catalog"));
        await WarmAsync(app, ("Accept-Encoding", "gzip"));
        Assert.Equal("plain", (await app.GetAsync("/a", ("Accept-Encoding", "br"))).Body);
    }

    [Theory]
    [InlineData("Cache-Control", "no-cache")]
    [InlineData("Cache-Control", "max-age=0")]
    [InlineData("Pragma", "no-cache")]
    public async Task Get_RequestThatWantsNoneOlder_IsAnsweredByTheApplication(string field, string value)
    {
        var runs = 0;
        await using var app = await App.StartAsync(app => app.MapGet("/a", context => context.Response.WriteAsync($"{++runs}")).CacheResponse("catalog"));
        await WarmAsync(app);
        app.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("2", (await app.GetAsync("/a", (field, value))).Body);
    }

    [Fact]
    public async Task Get_AnswerThatSaysOfOtherCaches_KeepsWhatTheySaid()
    {
        await using var app = await App.StartAsync(
            static app => app.MapGet("/a", static context => context.Response.WriteAsync("body")).CacheResponse("catalog"),
            before: static app => app.Use(static (context, next) =>
            {
                context.Response.Headers["Cache-Status"] = "other; fwd=miss";
                return next(context);
            }));
        await WarmAsync(app);
        var status = (await app.GetAsync("/a")).CacheStatus;
        Assert.StartsWith("other; fwd=miss, cache; hit", status, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_InDevelopment_SaysTheKey()
    {
        await using var app = await App.StartAsync(
            static app => app.MapGet("/a", static context => context.Response.WriteAsync("body")).CacheResponse("catalog"), build: static builder => builder.Environment.EnvironmentName = "Development");
        await WarmAsync(app);
        Assert.Contains("; key=\"", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
    }

    private static async Task WarmAsync(App app, params (string, string)[] headers)
    {
        for (var i = 0; i < Warm; i++) await app.GetAsync("/a", headers);
        Assert.Contains("; hit", (await app.GetAsync("/a", headers)).CacheStatus, StringComparison.Ordinal);
    }
}
