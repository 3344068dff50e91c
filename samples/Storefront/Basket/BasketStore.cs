using DistributedCache;

namespace Storefront.Basket;

/// <summary>The visitors' baskets.</summary>
/// <remarks>They are primary values: the cache is the only place that has them, so there is nothing to load them from.
/// Two requests of one visitor that add at the same moment may lose one of the two, as there is no compare-and-set.</remarks>
internal sealed class BasketStore(ITieredCache cache)
{
    public ValueTask<CacheLookup<ShoppingBasket>> FindAsync(string visitor, CancellationToken cancellationToken) =>
        cache.GetAsync<ShoppingBasket>(Key(visitor), cancellationToken: cancellationToken);

    public ValueTask<InvalidationResult> SaveAsync(string visitor, ShoppingBasket basket, CancellationToken cancellationToken) =>
        cache.SetAsync(Key(visitor), basket, cancellationToken: cancellationToken);

    public ValueTask<InvalidationResult> RemoveAsync(string visitor, CancellationToken cancellationToken) =>
        cache.RemoveAsync(Key(visitor), cancellationToken);

    private static string Key(string visitor) => $"basket:{visitor}";
}
