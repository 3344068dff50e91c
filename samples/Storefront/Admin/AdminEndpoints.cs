using DistributedCache;
using Storefront.Catalogue;
using Storefront.Http;

namespace Storefront.Admin;

internal static class AdminEndpoints
{
    public static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        routes.MapPut("/products/{id:int}", EditProductAsync);
        routes.MapPost("/admin/categories/{id:int}/invalidate", (int id, ITieredCache cache) => InvalidateAsync(cache, CatalogueKeys.CategoryTag(id)));
        routes.MapPost("/admin/products/invalidate", (ITieredCache cache) => InvalidateAsync(cache, CatalogueKeys.AllProductsTag));
    }

    private static async Task<IResult> EditProductAsync(int id, ProductEdit edit, ProductEditor editor, CancellationToken cancellationToken)
    {
        var faults = edit.Check();
        if (faults.Any) return faults.ToResult();
        var edited = await editor.EditAsync(id, edit.Name!.Trim(), edit.Price!.Value, cancellationToken);
        return edited is var (product, status)
            ? status.ToResult(product)
            : TypedResults.Problem($"There is no product {id}.", statusCode: StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> InvalidateAsync(ITieredCache cache, string tag)
    {
        var result = await cache.RemoveByTagAsync(tag);
        return result.Status.ToResult(new InvalidatedTag(tag, result.Status.ToString()));
    }

    private sealed record InvalidatedTag(string Tag, string Status);
}
