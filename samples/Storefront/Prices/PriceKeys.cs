namespace Storefront.Prices;

internal static class PriceKeys
{
    public static string Price(int productId) => $"price:{productId}";
}
