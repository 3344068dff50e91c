using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Docs;

public class PrimarySamples
{
    [Fact]
    public async Task Basket_CacheIsCleared_Stays()
    {
        var services = new ServiceCollection();
        Add(services);
        await using var provider = services.BuildServiceProvider();
        var (baskets, cache) = (provider.GetRequiredService<BasketStore>(), provider.GetRequiredService<ITieredCache>());
        var ct = TestContext.Current.CancellationToken;

        await baskets.SaveAsync("v1", new Basket(["lamp"]), ct);
        await cache.ClearAsync(ct);

        Assert.Equal(["lamp"], (await baskets.FindAsync("v1", ct)).Products);
    }

    private static void Add(IServiceCollection services)
    {
        #region register
        services.AddTieredCache(o => o.Application = "shop")
            .AddProfile("session", p => p.Keys = ["basket:"]);     // the preset: primary, 20 minutes sliding, never evicted
        services.AddSingleton<BasketStore>();
        #endregion
    }
}

#region store
internal sealed record Basket(IReadOnlyList<string> Products);

internal sealed class BasketStore(ITieredCache cache)
{
    public async ValueTask<Basket> FindAsync(string visitor, CancellationToken cancellationToken)
    {
        var found = await cache.GetAsync<Basket>($"basket:{visitor}", cancellationToken: cancellationToken);
        if (found.IsUnavailable) throw new TimeoutException("Baskets can't be reached at the moment.");   // not: an empty basket
        return found.HasValue ? found.Value : new Basket([]);
    }

    public async ValueTask SaveAsync(string visitor, Basket basket, CancellationToken cancellationToken)
    {
        var saved = await cache.SetAsync($"basket:{visitor}", basket, cancellationToken: cancellationToken);
        if (saved.Status == InvalidationStatus.Rejected) throw new TimeoutException("The basket was not saved.");
    }
}
#endregion
