using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>Requests that go past the cache whatever the endpoint says.</summary>
public class UncacheableRequestTests
{
    private int _runs;

    private string Next() => Interlocked.Increment(ref _runs).ToString(CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("1.1", true)]
    [InlineData("1.1", false)]
    [InlineData("2.0", true)]
    [InlineData("2.0", false)]
    public async Task Get_WithABody_IsNobodyElses(string version, bool hasLength)
    {
        await using var app = await App.StartAsync(static app => app.MapGet("/a", static async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            await context.Response.WriteAsync($"<{await reader.ReadToEndAsync()}>");
        }).CacheResponse("catalog"));
        using var content = new StringContent("evil");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/a") { Content = content, Version = Version.Parse(version) };
        if (!hasLength) (request.Headers.TransferEncodingChunked, content.Headers.ContentLength) = (version == "1.1", null);
        using var response = await app.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("<evil>", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal("<>", (await app.GetAsync("/a")).Body);
    }

    [Fact]
    public async Task Get_Upgraded_WaitsForNoOther()
    {
        // Of a server in the process nothing is upgraded.
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddTieredCache().AddTieredResponseCaching();
        await using var app = builder.Build();
        app.UseTieredResponseCaching(static o => o.CacheAllEndpoints = true);
        app.UseWebSockets();
        app.Run(static async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var heard = new byte[10];
            var length = (await socket.ReceiveAsync(heard, context.RequestAborted)).Count;
            await socket.SendAsync(heard.AsMemory(0, length), WebSocketMessageType.Text, true, context.RequestAborted);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var address = new Uri(app.Urls.Single().Replace("http:", "ws:", StringComparison.Ordinal));
        using var one = new ClientWebSocket();
        using var other = new ClientWebSocket();
        await one.ConnectAsync(address, TestContext.Current.CancellationToken);
        await other.ConnectAsync(address, TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        await other.SendAsync(Encoding.UTF8.GetBytes("hello"), WebSocketMessageType.Text, true, TestContext.Current.CancellationToken);
        var answer = new byte[10];
        Assert.Equal(5, (await other.ReceiveAsync(answer, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task Get_PageForAnErrorStatus_HasThatStatus()
    {
        await using var app = await App.StartAsync(
            app => app.MapGet("/sorry", Next).CacheResponse("catalog"),
            before: static app =>
            {
                app.UseStatusCodePagesWithReExecute("/sorry");
                app.UseRouting();
            });
        Assert.Equal(HttpStatusCode.OK, (HttpStatusCode)(await app.GetAsync("/sorry")).Status);
        var missing = await app.GetAsync("/missing");
        Assert.Equal((404, "2", "cache; fwd=bypass; detail=\"error\""), (missing.Status, missing.Body, missing.CacheStatus));
        Assert.Equal((200, "1"), ((await app.GetAsync("/sorry")) is var page ? page.Status : 0, page.Body));
    }

    [Fact]
    public async Task Get_PageForAnException_HasStatus500()
    {
        await using var app = await App.StartAsync(
            app =>
            {
                app.MapGet("/sorry", Next).CacheResponse("catalog");
                app.MapGet("/fail", static string () => throw new InvalidOperationException("away")).CacheResponse("catalog");
            },
            before: static app =>
            {
                app.UseExceptionHandler("/sorry");
                app.UseRouting();
            });
        Assert.Equal(200, (await app.GetAsync("/sorry")).Status);
        Assert.Equal((500, "2"), ((await app.GetAsync("/fail")) is var page ? page.Status : 0, page.Body));
        Assert.Equal("1", (await app.GetAsync("/sorry")).Body);
    }

    [Fact]
    public async Task Get_BehindAnotherCacheOfThePipeline_IsLeftToThatOne()
    {
        await using var app = await App.StartAsync(app =>
        {
            app.UseTieredResponseCaching();
            app.MapGet("/a", Next).CacheResponse("catalog");
        });
        Assert.Equal(("1", "cache; fwd=uri-miss; stored"), ((await app.GetAsync("/a")) is var first ? first.Body : "", first.CacheStatus));
        Assert.Equal(("1", "cache; hit; ttl=600; detail=L1"), ((await app.GetAsync("/a")) is var second ? second.Body : "", second.CacheStatus));
    }

    [Fact]
    public async Task Get_ResponseThatHasBegun_IsLeftAlone()
    {
        await using var app = await App.StartAsync(
            app => app.MapGet("/a", context => context.Response.WriteAsync(Next())).CacheResponse("catalog"),
            before: static app => app.Use(static async (context, next) =>
            {
                if (context.Request.Headers.ContainsKey("X-Begin")) await context.Response.WriteAsync("begun ");
                await next(context);
            }));
        await app.GetAsync("/a");
        Assert.Equal("begun 2", (await app.GetAsync("/a", ("X-Begin", "1"))).Body);
        Assert.Equal("1", (await app.GetAsync("/a")).Body);
    }
}
