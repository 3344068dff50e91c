using System.Globalization;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>What is done to a response as it starts counts as if the application had said it before.</summary>
public class StartingResponseTests
{
    private int _runs;
    private int _completed;

    private string Next() => Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);

    private Task<App> Start(Action<HttpContext> starting, string control = "max-age=60, stale-while-revalidate=600", int status = 200) => App.StartAsync(app => app.MapGet("/a", async (HttpContext context) =>
    {
        context.Response.Headers.CacheControl = control;
        context.Response.StatusCode = status;
        context.Response.OnStarting(async () =>
        {
            await Task.Yield();
            starting(context);
        });
        context.Response.OnCompleted(() =>
        {
            Interlocked.Increment(ref _completed);
            return Task.CompletedTask;
        });
        var run = Next();
        if (status == 200) await context.Response.WriteAsync(run);
    }).CacheResponse("catalog"));

    [Theory]
    [InlineData("Set-Cookie", "id=1")]
    [InlineData("Cache-Control", "no-store")]
    [InlineData("Vary", "*")]
    public async Task Get_MadeSomebodysAsItStarts_IsNotStored(string field, string value)
    {
        await using var app = await Start(context => context.Response.Headers[field] = value);
        Assert.Equal(value, (await app.GetAsync("/a"))[field]);
        var second = await app.GetAsync("/a");
        Assert.Equal("2", second.Body);
        Assert.DoesNotContain("stored", second.CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WithoutABodyMadeSomebodysAsItStarts_IsNotStored()
    {
        await using var app = await Start(static context => context.Response.Cookies.Append("id", "1"), status: 204);
        await app.GetAsync("/a");
        Assert.Contains("detail=\"Set-Cookie\"", (await app.GetAsync("/a")).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_FieldSetAsItStarts_IsStoredToo()
    {
        await using var app = await Start(static context => context.Response.Headers.ContentSecurityPolicy = "default-src 'self'");
        await app.GetAsync("/a");
        var hit = await app.GetAsync("/a");
        Assert.Equal(("1", "default-src 'self'"), (hit.Body, hit["Content-Security-Policy"]));
    }

    [Fact]
    public async Task Get_CorsBehindTheCache_KeepsOriginsApart()
    {
        await using var app = await App.StartAsync(
            app =>
            {
                app.UseCors(static policy => policy.WithOrigins("https://one.example", "https://other.example").AllowCredentials());
                app.MapGet("/a", Next).CacheResponse("catalog");
            },
            build: static builder => builder.Services.AddCors());
        foreach (var origin in new[] { "https://one.example", "https://other.example", "https://one.example", "https://other.example" })
            Assert.Equal(origin, (await app.GetAsync("/a", ("Origin", origin)))["Access-Control-Allow-Origin"]);
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task Get_FetchedBehind_StartsAndCompletesAsAnyOther()
    {
        await using var app = await Start(context => context.Response.Headers["X-Run"] = Volatile.Read(ref _runs).ToString(CultureInfo.InvariantCulture));
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(70));
        await Poll.UntilAsync(async () => (await app.GetAsync("/a")) is { Body: "2" } answer && answer["X-Run"] == "2", static () => "It was never fetched so.");
        Assert.Equal(2, _completed);
    }

    [Fact]
    public async Task Get_FetchedBehindAndMadeSomebodys_IsNotStored()
    {
        await using var app = await Start(context =>
        {
            if (_runs > 1) context.Response.Cookies.Append("id", "1");
        });
        await app.GetAsync("/a");
        app.Time.Advance(TimeSpan.FromSeconds(70));
        await app.GetAsync("/a");
        await Poll.UntilAsync(() => Task.FromResult(_completed == 2), static () => "It was never fetched.");
        Assert.NotEqual("2", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Get_FailedBeforeItStarts_LeavesWhatWasToBeDoneToTheErrorPage()
    {
        await using var app = await App.StartAsync(
            static app => app.MapGet("/a", string (HttpContext context) =>
            {
                context.Response.OnStarting(() =>
                {
                    context.Response.Headers["X-Trace"] = "1";
                    return Task.CompletedTask;
                });
                throw new InvalidOperationException("away");
            }).CacheResponse("catalog"),
            before: static app => app.UseExceptionHandler(static handler => handler.Run(static context => context.Response.WriteAsync("sorry"))));
        var answer = await app.GetAsync("/a");
        Assert.Equal((500, "sorry", "1"), (answer.Status, answer.Body, answer["X-Trace"]));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Write_TheFirst_WaitsUntilTheResponseHasStarted(string method)
    {
        var hasStarted = false;
        await using var app = await App.StartAsync(
            app => app.MapMethods("/a", ["GET", "POST"], async context =>
            {
                (context.Response.Headers.CacheControl, context.Response.Headers.ContentLocation) = ("max-age=60", "/a");
                await context.Response.WriteAsync("made");
                hasStarted = context.Response.HasStarted;
            }).CacheResponse(),
            before: static app => app.Use((context, next) =>
            {
                context.Response.OnStarting(static async () => await Task.Yield());
                return next(context);
            }));

        Assert.Equal("made", (await app.SendAsync(new HttpMethod(method), "/a")).Body);
        Assert.True(hasStarted);
    }
}
