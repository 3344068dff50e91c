using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DistributedCache.Tests.Docs;

public class FailureSamples
{
    [Fact]
    public void Profile_Sample_IsValid()
    {
        var builder = Host.CreateApplicationBuilder(Shop.Quiet);
        AddProfile(builder);
        using var host = builder.Build();

        Assert.NotNull(host.Services.GetRequiredService<ITieredCache>());
    }

    [Fact]
    public async Task Source_IsAway_StaleValueIsMarked()
    {
        await using var node = Shop.Open(o => o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1));
        var ct = TestContext.Current.CancellationToken;

        Assert.Equal("Product 7", await NameAsync(node.Cache, 7, ct));
        node.Data().IsAway = true;
        node.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal("Product 7 (as of 6 min ago)", await NameAsync(node.Cache, 7, ct));
        node.Time.Advance(TimeSpan.FromHours(2));
        await Assert.ThrowsAsync<InvalidOperationException>(() => NameAsync(node.Cache, 7, ct));
    }

    private static void AddProfile(HostApplicationBuilder builder)
    {
        #region profile
        builder.Services.AddTieredCache(o => o.Sources["sql"] = new() { MaximumConcurrentLoads = 20, MaximumQueuedLoads = 200 })
            .AddProfile("Default", p =>
            {
                p.Source = "sql";
                p.StaleFor = TimeSpan.FromHours(1);
                p.FactorySoftTimeout = TimeSpan.FromMilliseconds(300);
                p.FactoryHardTimeout = TimeSpan.FromSeconds(10);
                p.RetryAfterFailure = TimeSpan.FromSeconds(5);
            });
        #endregion
    }

    private static async Task<string> NameAsync(ITieredCache cache, int id, CancellationToken ct)
    {
        #region stale
        var found = await cache.GetOrCreateEntryAsync($"product:{id}", id,
            static (id, load, ct) => load.Services.GetRequiredService<ShopContext>().FindProductAsync(id, ct), cancellationToken: ct);
        var name = found.IsStale ? $"{found.Value?.Name} (as of {found.Age.TotalMinutes:0} min ago)" : found.Value?.Name;
        #endregion
        return name!;
    }
}
