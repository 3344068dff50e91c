namespace Storefront.Basket;

public sealed record BasketLine(int ProductId, int Quantity);
