using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApplicationParts;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Docs.Migration;

/// <summary>The code of docs/from-response-caching.md, of both sides.</summary>
public class FromResponseCaching
{
    [Fact]
    public async Task Table_BothSides_AreCached()
    {
        foreach (var isTheirs in new[] { true, false })
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseTestServer();
            var services = builder.Services;
            services.AddControllers().ConfigureApplicationPartManager(static parts => parts.FeatureProviders.Add(new Samples()));
            if (isTheirs)
            {
                services.AddResponseCaching(o => o.MaximumBodySize = 1_000_000);
                services.AddResponseCaching(o => o.SizeLimit = 50_000_000);
            }

            services.AddTieredCache().AddTieredResponseCaching(o => o.MaximumBodySize = 1_000_000);
            services.AddTieredCache(o => o.LocalSizeLimit = 50_000_000);
            await using var app = builder.Build();
            if (isTheirs) app.UseResponseCaching();
            else app.UseTieredResponseCaching();
            app.MapControllers();
            await app.StartAsync(TestContext.Current.CancellationToken);
            var client = app.GetTestClient();
            foreach (var path in new[] { "plain", "query?page=1", "header" })
            {
                var url = $"/migration/{(isTheirs ? "theirs" : "ours")}/{path}";
                var first = await client.GetStringAsync(url, TestContext.Current.CancellationToken);
                Assert.Equal(first, await client.GetStringAsync(url, TestContext.Current.CancellationToken));
            }
        }
    }

    private sealed class Samples : IApplicationFeatureProvider<ControllerFeature>
    {
        public void PopulateFeature(IEnumerable<ApplicationPart> parts, ControllerFeature feature)
        {
            feature.Controllers.Clear();
            feature.Controllers.Add(System.Reflection.IntrospectionExtensions.GetTypeInfo(typeof(MigrationController)));
        }
    }
}

[Route("migration")]
public sealed class MigrationController : ControllerBase
{
    [HttpGet("theirs/plain")]
    [ResponseCache(Duration = 60)]
    public string Theirs() => Guid.NewGuid().ToString();

    [HttpGet("ours/plain")]
    [CacheResponse(Duration = 60)]
    public string Ours() => Guid.NewGuid().ToString();

    [HttpGet("theirs/query")]
    [ResponseCache(Duration = 60, VaryByQueryKeys = ["page"])]
    public string TheirsByQuery() => Guid.NewGuid().ToString();

    [HttpGet("ours/query")]
    [CacheResponse(Duration = 60, VaryByQuery = ["page"])]
    public string OursByQuery() => Guid.NewGuid().ToString();

    [HttpGet("theirs/header")]
    [ResponseCache(Duration = 60, VaryByHeader = "Accept-Language")]
    public string TheirsByHeader() => Guid.NewGuid().ToString();

    [HttpGet("ours/header")]
    [CacheResponse(Duration = 60, VaryByHeader = ["Accept-Language"])]
    public string OursByHeader() => Guid.NewGuid().ToString();
}
