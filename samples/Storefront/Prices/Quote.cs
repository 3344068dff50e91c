namespace Storefront.Prices;

/// <param name="Id">The product.</param>
/// <param name="Price">What it cost at that time.</param>
/// <param name="AsOf">When it cost that.</param>
public sealed record Quote(int Id, decimal Price, DateTimeOffset AsOf);
