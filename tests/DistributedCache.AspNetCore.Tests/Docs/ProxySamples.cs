using DistributedCache.AspNetCore.Tests.Proxy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Transforms;

namespace DistributedCache.AspNetCore.Tests.Docs;

/// <summary>What docs/response-caching.md says of YARP.</summary>
public class ProxySamples
{
    [Fact]
    public async Task Yarp_OfThePage_KeepsWhatConnectionNamesToItself()
    {
        var origin = Origin.With(("Cache-Control", "max-age=60"), ("Connection", "X-Hop"), ("X-Hop", "1"), ("X-End", "1"));
        await using var server = await ListeningOrigin.StartAsync(origin);
        var builder = WebApplication.CreateSlimBuilder(
            ["--ReverseProxy:Routes:all:ClusterId=origin", "--ReverseProxy:Routes:all:Match:Path={**any}", $"--ReverseProxy:Clusters:origin:Destinations:origin:Address={server.Address}"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        builder.Services.AddTieredCache().AddTieredResponseCaching();
        #region register
        builder.Services.AddReverseProxy()
            .LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"))
            .AddTransforms(transforms => transforms.AddResponseTransform(context =>
            {
                // What the origin's Connection names is for the proxy alone.
                if (context.ProxyResponse is { } answer)
                {
                    foreach (var name in answer.Headers.Connection) context.HttpContext.Response.Headers.Remove(name);
                }

                return default;
            }));
        #endregion
        await using var app = builder.Build();
        #region map
        app.UseTieredResponseCaching();
        app.MapReverseProxy().CacheResponse();
        #endregion
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = app.GetTestClient();
        for (var i = 0; i < 2; i++)
        {
            using var answer = await client.GetAsync("/any", TestContext.Current.CancellationToken);
            Assert.True(answer.Headers.Contains("X-End"));
            Assert.False(answer.Headers.Contains("X-Hop"));
        }

        Assert.Equal(1, origin.Runs);
    }
}
