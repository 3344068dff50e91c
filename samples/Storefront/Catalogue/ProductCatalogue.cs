using DistributedCache;
using Storefront.Data;
using Storefront.Http;

namespace Storefront.Catalogue;

/// <summary>The catalogue as visitors read it: from the cache, loaded where it isn't there.</summary>
public sealed class ProductCatalogue(ITieredCache cache)
{
    /// <summary>Answers null, and keeps it for a while, where there is no such product.</summary>
    public ValueTask<CacheLookup<Product?>> FindProductAsync(int id, CancellationToken cancellationToken) =>
        cache.GetOrCreateEntryAsync(
            CatalogueKeys.Product(id),
            id,
            static async (id, load, ct) =>
            {
                var product = await load.Services.GetRequiredService<ShopContext>().FindProductAsync(id, ct);
                load.Tags.Add(CatalogueKeys.AllProductsTag);
                if (product is not null) load.Tags.Add(CatalogueKeys.CategoryTag(product.CategoryId));
                return product;
            })
            .WaitAsync(cancellationToken);

    /// <summary>Answers null, and keeps it for a while, where there is no such category or page.</summary>
    public ValueTask<CacheLookup<ProductPage?>> FindPageAsync(int categoryId, int page, CancellationToken cancellationToken) =>
        cache.GetOrCreateEntryAsync(
            CatalogueKeys.CategoryPage(categoryId, page),
            (categoryId, page),
            static async (asked, load, ct) =>
                await load.Services.GetRequiredService<ShopContext>().FindPageAsync(asked.categoryId, asked.page, ct),
            tags: [CatalogueKeys.AllProductsTag, CatalogueKeys.CategoryTag(categoryId)])
            .WaitAsync(cancellationToken);
}
