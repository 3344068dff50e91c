using DistributedCache;
using Microsoft.EntityFrameworkCore;
using Storefront.Catalogue;
using Storefront.Data;
using Storefront.Http;

namespace Storefront.Search;

/// <summary>Finds products by a part of their name.</summary>
internal sealed class ProductSearch(ITieredCache cache)
{
    private const int Limit = 20;

    /// <param name="query">In lower case, so that one answer serves every spelling.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask<CacheLookup<SearchAnswer>> FindAsync(string query, CancellationToken cancellationToken) =>
        cache.GetOrCreateEntryAsync(
            $"search:{query}",
            query,
            static async (query, load, ct) =>
            {
                var products = await load.Services.GetRequiredService<ShopContext>().Products
                    .Where(row => row.Name.ToLower().Contains(query))
                    .OrderBy(row => row.Id).Take(Limit).ToProducts().ToListAsync(ct);
                // An edit of a product shown here invalidates this answer. One that would only now be found is missing until
                // the answer expires, after minutes.
                load.Tags.Add(CatalogueKeys.AllProductsTag);
                foreach (var product in products) load.Tags.Add(CatalogueKeys.ProductTag(product.Id));
                return new SearchAnswer(query, products);
            })
            .WaitAsync(cancellationToken);
}
