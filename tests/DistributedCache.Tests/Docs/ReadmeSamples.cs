using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DistributedCache.Tests.Docs;

public class ReadmeSamples
{
    [Fact]
    public async Task Readme_Sample_Runs()
    {
        var builder = Host.CreateApplicationBuilder(Shop.Quiet);
        builder.Services.AddSingleton<ShopData>().AddScoped<ShopContext>();
        Register(builder);
        using var host = builder.Build();
        var cache = host.Services.GetRequiredService<ITieredCache>();

        await UseAsync(cache, 7, TestContext.Current.CancellationToken);

        Assert.False((await cache.GetAsync<Product?>("product:7", cancellationToken: TestContext.Current.CancellationToken)).HasValue);
        Assert.Equal(1, host.Services.GetRequiredService<ShopData>().Readings);
    }

    private static void Register(HostApplicationBuilder builder)
    {
        #region registration
        builder.Services.AddTieredCache(o => o.Application = "shop")
            .AddProfile("catalog", p => { p.Keys = ["product:", "category:"]; p.Duration = TimeSpan.FromHours(12); p.StaleFor = TimeSpan.FromHours(1); });
        #endregion
    }

    private static async Task UseAsync(ITieredCache cache, int id, CancellationToken ct)
    {
        #region use
        var product = await cache.GetOrCreateAsync($"product:{id}", id,        // the state overload: no closure
            static (id, load, ct) =>
            {
                load.Tags.Add($"category:{id % 50}");                          // known only now, free on a hit
                return load.Services.GetRequiredService<ShopContext>().FindProductAsync(id, ct);
            }, cancellationToken: ct);
        await cache.RemoveByTagAsync("category:7", ct);
        #endregion
        Assert.Equal(id, product?.Id);
    }
}
