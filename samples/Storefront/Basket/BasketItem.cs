namespace Storefront.Basket;

/// <summary>What a visitor asks to add.</summary>
public sealed record BasketItem(int? ProductId, int Quantity = 1);
