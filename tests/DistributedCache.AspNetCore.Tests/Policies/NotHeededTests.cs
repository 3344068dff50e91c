using DistributedCache.AspNetCore.Tests.Edge;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Policies;

/// <summary>Who forgets the middleware is told.</summary>
public class NotHeededTests
{
    [Theory]
    [InlineData(true, true, 0)]
    [InlineData(false, true, 1)]
    [InlineData(false, false, 0)]
    public async Task Start_WithoutTheMiddleware_WarnsWhereAnEndpointAsksForIt(bool hasMiddleware, bool asks, int warnings)
    {
        var log = new RecordedLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders().AddProvider(new RecordedLogProvider(log));
        builder.Services.AddTieredCache().AddTieredResponseCaching();
        await using var app = builder.Build();
        if (hasMiddleware) app.UseTieredResponseCaching();
        var endpoint = app.MapGet("/a", static () => "a");
        if (asks) endpoint.CacheResponse();
        await app.StartAsync(TestContext.Current.CancellationToken);
        Assert.Equal(warnings, log.Count(1301));
    }
}
