namespace Storefront.Prices;

/// <summary>A market in a formula: a price that moves every second, the same on every instance, without a row being written.</summary>
internal static class PriceDrift
{
    /// <summary>How far a price strays from the one in the catalogue, as a fraction.</summary>
    public const double Amplitude = 0.05;

    /// <summary>In seconds. Odd against one another, so that the sum of both waves doesn't soon repeat.</summary>
    private const double LongWave = 607, ShortWave = 41;

    public static decimal At(decimal cataloguePrice, int productId, DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds() + productId * 17;
        var wave = (Math.Sin(Math.Tau * seconds / LongWave) + Math.Sin(Math.Tau * seconds / ShortWave)) / 2;
        return Math.Round(cataloguePrice * (1 + (decimal)(Amplitude * wave)), 2);
    }
}
