namespace Storefront.Catalogue;

public sealed record ProductPage(int CategoryId, string Category, int Page, int Pages, IReadOnlyList<Product> Products);
