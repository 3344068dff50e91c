using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Docs;

public class TenantSamples
{
    [Fact]
    public async Task ForTenant_Clear_LeavesTheOther()
    {
        await using var node = Shop.Open();

        await TenantsAsync(node.Cache, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task NamedCaches_TwoNames_AreTwoCaches()
    {
        var services = new ServiceCollection();
        Add(services);
        await using var provider = services.BuildServiceProvider();
        var orders = provider.GetRequiredService<OrderPages>();

        await orders.KeepAsync("1", "one lamp", TestContext.Current.CancellationToken);

        var unnamed = await provider.GetRequiredService<ITieredCache>().GetAsync<string>("order:1", cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(unnamed.HasValue);
    }

    private static async Task TenantsAsync(ITieredCache cache, CancellationToken ct)
    {
        #region tenants
        var acme = cache.ForTenant("acme");
        var globex = cache.ForTenant("globex");
        await acme.SetAsync("logo", "anvil", cancellationToken: ct);
        await globex.SetAsync("logo", "globe", cancellationToken: ct);

        await acme.ClearAsync(ct);                                 // globex keeps its logo
        var logo = await globex.GetAsync<string>("logo", cancellationToken: ct);
        #endregion
        Assert.Equal("globe", logo.Value);
        Assert.False((await acme.GetAsync<string>("logo", cancellationToken: ct)).HasValue);
    }

    private static void Add(IServiceCollection services)
    {
        #region named
        services.AddTieredCache(o => o.Application = "shop");
        services.AddTieredCache("orders", o => o.LocalSizeLimit = 64 << 20);
        services.AddSingleton<OrderPages>();
        #endregion
    }
}

#region injected
internal sealed class OrderPages([FromKeyedServices("orders")] ITieredCache cache)
{
    public ValueTask<InvalidationResult> KeepAsync(string id, string page, CancellationToken cancellationToken) =>
        cache.SetAsync($"order:{id}", page, cancellationToken: cancellationToken);
}
#endregion
