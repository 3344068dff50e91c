using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Middleware;

/// <summary>A hit in L1 makes nothing but what changes with each second.</summary>
public class HitAllocationTests
{
    private const string LongPath = "/a-path-that-no-key-shows/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
        + "/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789/012345678901234567890123456789";

    [Theory]
    [InlineData("", "/products/42")]
    [InlineData("Accept-Encoding", "/products/42")]
    [InlineData("", "/products/grün")]
    [InlineData("", LongPath)]
    [InlineData("Accept-Encoding", LongPath)]
    public async Task Get_Hit_AllocatesNextToNothing(string vary, string path)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddTieredCache().AddTieredResponseCaching();
        await using var app = builder.Build();
        var runs = 0;
        var pipeline = new ApplicationBuilder(app.Services).UseTieredResponseCaching(o => o.CacheAllEndpoints = true);
        pipeline.Run(context =>
        {
            runs++;
            context.Response.Headers.CacheControl = "max-age=3600";
            if (vary.Length > 0) context.Response.Headers.Vary = vary;
            return context.Response.WriteAsync("body");
        });
        var request = pipeline.Build();
        var context = new DefaultHttpContext { RequestServices = app.Services };
        context.Request.Method = "GET";
        context.Request.Scheme = "http";
        context.Request.Headers.Host = "localhost";
        context.Request.Path = path;
        context.Request.QueryString = new QueryString("?page=1");
        context.Request.Headers.UserAgent = "test";
        context.Request.Headers.AcceptEncoding = "gzip, deflate, br";
        context.Response.Body = Stream.Null;
        for (var i = 0; i < 100; i++) await AskAsync();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Assert.True(AskAsync().IsCompletedSuccessfully);
        var each = (GC.GetAllocatedBytesForCurrentThread() - before) / 1000.0;
        Assert.Equal(1, runs);
        Assert.InRange(each, 0, 160);

        Task AskAsync()
        {
            context.Response.Headers.Clear();
            context.Response.StatusCode = 200;
            return request(context);
        }
    }
}
