using DistributedCache;
using Microsoft.AspNetCore.Http.HttpResults;
using Storefront.Catalogue;
using Storefront.Http;

namespace Storefront.Basket;

internal static class BasketEndpoints
{
    private const int MaxQuantity = 99;
    private const int MaxLines = 50;

    public static void MapBasket(this IEndpointRouteBuilder routes)
    {
        var basket = routes.MapGroup("/basket");
        basket.MapGet("", ShowAsync);
        basket.MapPost("", AddAsync);
        basket.MapDelete("", EmptyAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, BasketStore baskets, ProductCatalogue catalogue, CancellationToken cancellationToken)
    {
        if (VisitorCookie.Find(http) is not { } visitor) return TypedResults.Ok(new BasketView([]));
        var found = await baskets.FindAsync(visitor, cancellationToken);
        if (found.IsUnavailable) return Unavailable();
        if (!found.HasValue) return TypedResults.Ok(new BasketView([]));
        return TypedResults.Ok(await ViewAsync(found.Value, catalogue, cancellationToken));
    }

    private static async Task<IResult> AddAsync(
        BasketItem item, HttpContext http, BasketStore baskets, ProductCatalogue catalogue, CancellationToken cancellationToken)
    {
        var product = item.ProductId is { } id ? (await catalogue.FindProductAsync(id, cancellationToken)).Value : null;
        var faults = new Faults()
            .Check(product is not null, "productId", item.ProductId, "must be the id of a product")
            .Check(item.Quantity is >= 1 and <= MaxQuantity, "quantity", item.Quantity, $"must be from 1 to {MaxQuantity}");
        if (product is null || faults.Any) return faults.ToResult();

        var visitor = VisitorCookie.FindOrIssue(http);
        var found = await baskets.FindAsync(visitor, cancellationToken);
        if (found.IsUnavailable) return Unavailable();
        var basket = found.HasValue ? found.Value : ShoppingBasket.Empty;
        basket = basket.With(product.Id, Math.Min(basket.QuantityOf(product.Id) + item.Quantity, MaxQuantity));
        if (basket.Lines.Count > MaxLines) return Faults.In("lines", basket.Lines.Count, $"must be at most {MaxLines} in one basket");

        var saved = await baskets.SaveAsync(visitor, basket, cancellationToken);
        return saved.Status == InvalidationStatus.Rejected
            ? Unavailable()
            : TypedResults.Ok(await ViewAsync(basket, catalogue, cancellationToken));
    }

    private static async Task<IResult> EmptyAsync(HttpContext http, BasketStore baskets, CancellationToken cancellationToken)
    {
        if (VisitorCookie.Find(http) is not { } visitor) return TypedResults.NoContent();
        var removed = await baskets.RemoveAsync(visitor, cancellationToken);
        return removed.Status == InvalidationStatus.Rejected ? Unavailable() : TypedResults.NoContent();
    }

    private static async Task<BasketView> ViewAsync(ShoppingBasket basket, ProductCatalogue catalogue, CancellationToken cancellationToken)
    {
        var lines = new List<BasketViewLine>(basket.Lines.Count);
        foreach (var (productId, quantity) in basket.Lines)
        {
            var found = await catalogue.FindProductAsync(productId, cancellationToken);
            if (found.Value is { } product) lines.Add(new BasketViewLine(productId, product.Name, product.Price, quantity));
        }

        return new BasketView(lines);
    }

    private static ProblemHttpResult Unavailable() => TypedResults.Problem(
        "Baskets can't be reached at the moment; yours is not lost.", statusCode: StatusCodes.Status503ServiceUnavailable);
}
