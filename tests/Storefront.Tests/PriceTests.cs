using Storefront.Prices;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

public sealed class PriceTests
{
    [Fact]
    public async Task Price_WithinItsLifetime_IsTheCachedOneAndThenAnother()
    {
        await using var store = new TestStore();
        var visitor = store.Visit();

        var first = await visitor.GetAsync("/products/2/price");
        store.Time.Advance(TimeSpan.FromSeconds(20));
        var within = await visitor.GetAsync("/products/2/price");
        store.Time.Advance(TimeSpan.FromSeconds(60));
        var after = await visitor.GetAsync("/products/2/price");

        Assert.True(first.IsMiss, first.CacheStatus);
        Assert.True(within.IsHit, within.CacheStatus);
        Assert.Equal("20", within.Age);
        Assert.Equal(first.Text, within.Text);
        Assert.True(after.IsMiss, after.CacheStatus);
        Assert.NotEqual(first.Price, after.Price);
    }

    [Fact]
    public void Drift_OverAnHour_MovesWithinItsAmplitude()
    {
        var start = DateTimeOffset.UnixEpoch;

        var prices = Enumerable.Range(0, 3600).Select(second => PriceDrift.At(1000m, 7, start.AddSeconds(second))).ToArray();

        Assert.All(prices, price => Assert.InRange(price, 950m, 1050m));
        Assert.True(prices.Zip(prices.Skip(1)).Count(pair => pair.First != pair.Second) > 3500);
    }
}
