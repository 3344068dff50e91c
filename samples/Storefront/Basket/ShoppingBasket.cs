namespace Storefront.Basket;

/// <summary>What a visitor has chosen, as it is kept: the quantity of each product.</summary>
public sealed record ShoppingBasket(IReadOnlyList<BasketLine> Lines)
{
    public static ShoppingBasket Empty { get; } = new([]);

    public int QuantityOf(int productId) => Lines.FirstOrDefault(line => line.ProductId == productId)?.Quantity ?? 0;

    public ShoppingBasket With(int productId, int quantity) =>
        new([.. Lines.Where(line => line.ProductId != productId), new BasketLine(productId, quantity)]);
}
