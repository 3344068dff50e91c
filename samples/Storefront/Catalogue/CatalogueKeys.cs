namespace Storefront.Catalogue;

/// <summary>What the catalogue's entries are called, and the tags by which they are invalidated.</summary>
internal static class CatalogueKeys
{
    /// <summary>Everything that shows products.</summary>
    public const string AllProductsTag = "products";

    public static string Product(int id) => $"product:{id}";

    public static string CategoryPage(int id, int page) => $"category:{id}:products:{page}";

    /// <summary>Everything that shows products of a category.</summary>
    public static string CategoryTag(int id) => $"category:{id}";

    /// <summary>Everything that shows this product and isn't tagged with its category.</summary>
    public static string ProductTag(int id) => $"product:{id}";
}
