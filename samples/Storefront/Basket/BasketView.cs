namespace Storefront.Basket;

/// <summary>A basket as it is shown, with today's names and prices.</summary>
public sealed record BasketView(IReadOnlyList<BasketViewLine> Lines)
{
    public decimal Total => Lines.Sum(line => line.Price * line.Quantity);
}
