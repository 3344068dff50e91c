using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Docs.Migration;

/// <summary>The code of docs/from-output-caching.md, of both sides.</summary>
public class FromOutputCaching
{
    [Fact]
    public async Task Table_BothSides_AreCachedAndEvicted()
    {
        var stop = TestContext.Current.CancellationToken;
        var minute = TimeSpan.FromMinutes(1);
        foreach (var isTheirs in new[] { true, false })
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.WebHost.UseTestServer();
            var services = builder.Services;
            services.AddOutputCache(o => o.AddPolicy("catalog", p => p.Expire(minute)));
            services.AddTieredCache().AddProfile("catalog", p => p.Duration = minute).AddTieredResponseCaching();
            await using var app = builder.Build();
            if (isTheirs) app.UseOutputCache();
            else app.UseTieredResponseCaching();

            var (plain, query, header, value, some, tagged) = (Map("/plain"), Map("/query"), Map("/header"), Map("/value"), Map("/some"), Map("/tagged"));
            if (isTheirs)
            {
                plain.CacheOutput("catalog");
                query.CacheOutput(p => p.SetVaryByQuery("page"));
                header.CacheOutput(p => p.SetVaryByHeader("Accept-Language"));
                value.CacheOutput(p => p.VaryByValue(context => KeyValuePair.Create("plan", PlanOf(context))));
                some.CacheOutput(p => p.With(context => !context.HttpContext.Request.Query.ContainsKey("preview")));
                tagged.CacheOutput(p => p.Tag("products"));
            }
            else
            {
                plain.CacheResponse("catalog");
                query.CacheResponse("catalog", o => o.VaryByQuery = ["page"]);
                header.CacheResponse("catalog", o => o.VaryByHeader = ["Accept-Language"]);
                value.CacheResponse("catalog", o => o.VaryBy(context => PlanOf(context)));
                some.CacheResponse("catalog", o => o.When(context => !context.Request.Query.ContainsKey("preview")));
                tagged.CacheResponse("catalog", o => o.Tags = ["products"]);
            }

            await app.StartAsync(stop);
            var client = app.GetTestClient();
            foreach (var path in new[] { "/plain", "/query?page=1", "/header", "/value", "/some", "/tagged" })
                Assert.Equal(await client.GetStringAsync(path, stop), await client.GetStringAsync(path, stop));

            var before = await client.GetStringAsync("/tagged", stop);
            if (isTheirs)
            {
                var store = app.Services.GetRequiredService<IOutputCacheStore>();
                await store.EvictByTagAsync("products", stop);
            }
            else
            {
                var cache = app.Services.GetRequiredService<ITieredCache>();
                await cache.RemoveByTagAsync("products", stop);
            }

            Assert.NotEqual(before, await client.GetStringAsync("/tagged", stop));

            RouteHandlerBuilder Map(string path) => app.MapGet(path, static () => Guid.NewGuid().ToString());
        }
    }

    [OutputCache(PolicyName = "catalog", Tags = ["products"])]
    [CacheResponse("catalog", Tags = ["products"])]
    internal static string PlanOf(HttpContext context) => context.Request.Headers["X-Plan"].ToString();
}
