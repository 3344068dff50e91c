using Storefront.Http;

namespace Storefront.Admin;

/// <summary>What an editor sends: both fields, as they shall be.</summary>
public sealed record ProductEdit(string? Name, decimal? Price)
{
    private const int MaxNameLength = 100;
    private const decimal MinPrice = 0.01m;
    private const decimal MaxPrice = 1_000_000m;

    internal Faults Check() => new Faults()
        .Check(Name?.Trim() is { Length: > 0 and <= MaxNameLength }, "name", Name, $"must have 1 to {MaxNameLength} characters")
        .Check(Price is >= MinPrice and <= MaxPrice, "price", Price, FormattableString.Invariant($"must be from {MinPrice} to {MaxPrice}"))
        .Check(Price is null || decimal.Round(Price.Value, 2) == Price, "price", Price, "must have at most 2 decimals");
}
