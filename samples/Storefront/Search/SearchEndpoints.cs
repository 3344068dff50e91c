using Storefront.Catalogue;
using Storefront.Http;

namespace Storefront.Search;

internal static class SearchEndpoints
{
    private const int MinLength = 2;
    private const int MaxLength = 64;

    public static void MapSearch(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/search", async (ProductSearch search, CancellationToken cancellationToken, string? q = null) =>
        {
            var query = Normalize(q);
            var faults = new Faults()
                .Check(query.Length is >= MinLength and <= MaxLength, "q", q, $"must have {MinLength} to {MaxLength} characters")
                .Check(!query.Any(char.IsControl), "q", q, "must not have control characters");
            return faults.Any ? faults.ToResult() : (await search.FindAsync(query, cancellationToken)).ToResult();
        }).CacheResponse("api", o =>
        {
            // One answer serves every spelling.
            o.VaryByQuery = [];
            o.VaryBy(context => Normalize(context.Request.Query["q"]))
                .TagsFrom<SearchAnswer>(answer => [CatalogueKeys.AllProductsTag, .. answer.Products.Select(product => CatalogueKeys.ProductTag(product.Id))]);
        });

    private static string Normalize(string? words) => words?.Trim().ToLowerInvariant() ?? "";
}
