using DistributedCache;
using Microsoft.EntityFrameworkCore;
using Storefront.Catalogue;
using Storefront.Data;
using Storefront.Prices;

namespace Storefront.Admin;

/// <summary>Changes a product, and invalidates whatever shows it.</summary>
internal sealed class ProductEditor(ShopContext shop, ITieredCache cache)
{
    /// <summary>Answers the product as it is now and how far its invalidation came; null where there is no such product.</summary>
    public async Task<(Product Product, InvalidationStatus Status)?> EditAsync(int id, string name, decimal price, CancellationToken cancellationToken)
    {
        var row = await shop.Products.Include(row => row.Category).SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        if (row is null) return null;
        row.Name = name;
        row.Price = price;
        await shop.SaveChangesAsync(cancellationToken);

        // After the commit: before it, a load could still read the old row, and would be in order. And without the editor's
        // token: what is committed has to be told, even if he has left.
        var status = await InvalidateAsync(row);
        return (new Product(row.Id, row.Name, row.Price, row.CategoryId, row.Category!.Name), status);
    }

    private async Task<InvalidationStatus> InvalidateAsync(ProductRow row)
    {
        InvalidationResult[] results =
        [
            await cache.RemoveManyAsync([CatalogueKeys.Product(row.Id), PriceKeys.Price(row.Id)]),
            await cache.RemoveByTagAsync(CatalogueKeys.ProductTag(row.Id)),
            await cache.RemoveByTagAsync(CatalogueKeys.CategoryTag(row.CategoryId)),
        ];
        return results.Max(static result => result.Status);
    }
}
