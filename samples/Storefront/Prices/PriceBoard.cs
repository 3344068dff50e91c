using DistributedCache;
using Microsoft.EntityFrameworkCore;
using Storefront.Data;
using Storefront.Http;

namespace Storefront.Prices;

/// <summary>What products cost now, give or take the profile's lifetime: the price moves every second, its answer is kept longer.</summary>
internal sealed class PriceBoard(ITieredCache cache)
{
    /// <summary>Answers null, and keeps it for a while, where there is no such product.</summary>
    public ValueTask<CacheLookup<Quote?>> FindAsync(int productId, CancellationToken cancellationToken) =>
        cache.GetOrCreateEntryAsync(
            PriceKeys.Price(productId),
            productId,
            static async (id, load, ct) =>
            {
                var now = load.Services.GetRequiredService<TimeProvider>().GetUtcNow();
                var price = await load.Services.GetRequiredService<ShopContext>().Products
                    .Where(row => row.Id == id).Select(row => (decimal?)row.Price).SingleOrDefaultAsync(ct);
                return price is { } found ? new Quote(id, PriceDrift.At(found, id, now), now) : null;
            })
            .WaitAsync(cancellationToken);
}
