using Storefront.Http;

namespace Storefront.Catalogue;

internal static class CategoryEndpoints
{
    public static void MapCategories(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/categories/{id:int}/products", async (int id, ProductCatalogue catalogue, CancellationToken cancellationToken, int page = 1) =>
        {
            if (page < 1) return Faults.In("page", page, "must be 1 or more");
            var found = await catalogue.FindPageAsync(id, page, cancellationToken);
            return found.ToResult($"Category {id} has no page {page}, or does not exist.");
        }).CacheResponse("catalog", o => (o.Tags, o.VaryByQuery) = ([CatalogueKeys.AllProductsTag, "category:{id}"], ["page"]));
}
