namespace Storefront.Basket;

public sealed record BasketViewLine(int ProductId, string Name, decimal Price, int Quantity);
