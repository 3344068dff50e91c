namespace Storefront.Catalogue;

/// <summary>A product as the shop shows it. Cached values are shared by all who read them, so they are immutable.</summary>
public sealed record Product(int Id, string Name, decimal Price, int CategoryId, string Category);
