using Storefront.Http;

namespace Storefront.Prices;

internal static class PriceEndpoints
{
    public static void MapPrices(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/products/{id:int}/price", async (int id, PriceBoard prices, CancellationToken cancellationToken) =>
            (await prices.FindAsync(id, cancellationToken)).ToResult($"There is no product {id}."))
            .CacheResponse("realtime", o => o.Tags = ["product:{id}"]);
}
