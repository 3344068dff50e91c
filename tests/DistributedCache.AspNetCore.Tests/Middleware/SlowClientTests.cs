using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>A client that does not read what it asked for, in front of a real server.</summary>
public class SlowClientTests
{
    // More than the server and the sockets of both ends hold back.
    private const int Length = 32 * 1024 * 1024;

    private int _runs;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Get_WhatASlowClientIsAnswered_DoesNotWaitForIt(bool inPieces)
    {
        await using var app = await StartAsync(inPieces);
        var address = new Uri(app.Urls.Single());
        using var slow = new TcpClient();
        await slow.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /big HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"), TestContext.Current.CancellationToken);
        await slow.GetStream().ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken);

        using var client = new HttpClient { BaseAddress = address, DefaultRequestHeaders = { Host = "shop" } };
        var body = await client.GetByteArrayAsync("/big", TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(25), TestContext.Current.CancellationToken);

        Assert.True(IsWhole(body));
        Assert.Equal(1, _runs);
        using var late = new MemoryStream();
        await slow.GetStream().CopyToAsync(late, TestContext.Current.CancellationToken);
        Assert.True(IsWhole(late.GetBuffer().AsSpan(0, (int)late.Length)[^Length..]));
    }

    private static bool IsWhole(ReadOnlySpan<byte> body)
    {
        for (var i = 0; i < body.Length; i += 4093)
        {
            if (body[i] != (byte)(i % 251)) return false;
        }

        return body.Length == Length;
    }

    private async Task<WebApplication> StartAsync(bool inPieces)
    {
        var bytes = new byte[Length];
        for (var i = 0; i < Length; i++) bytes[i] = (byte)(i % 251);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddTieredCache().AddProfile("catalog", static p => p.Duration = TimeSpan.FromMinutes(10)).AddTieredResponseCaching();
        var app = builder.Build();
        app.UseTieredResponseCaching();
        app.MapGet("/big", async context =>
        {
            Interlocked.Increment(ref _runs);
            context.Response.ContentLength = Length;
            var piece = inPieces ? 64 * 1024 : Length;
            for (var at = 0; at < Length; at += piece) await context.Response.Body.WriteAsync(bytes.AsMemory(at, piece), context.RequestAborted);
        }).CacheResponse("catalog");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
