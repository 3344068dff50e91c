using DistributedCache;
using Storefront.Http;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

public sealed class CacheStatusTests
{
    [Fact]
    public async Task Product_AskedTwice_SecondIsHitWithAgeAndLifetime()
    {
        await using var store = new TestStore();
        var visitor = store.Visit();

        var first = await visitor.GetAsync("/products/1");
        store.Time.Advance(TimeSpan.FromSeconds(5));
        var second = await visitor.GetAsync("/products/1");

        Assert.Equal("storefront; fwd=uri-miss; stored", first.CacheStatus);
        Assert.Null(first.Age);
        Assert.Matches("^storefront; hit; ttl=[1-9][0-9]*; detail=L1$", second.CacheStatus);
        Assert.Equal("5", second.Age);
        Assert.Equal(first.Text, second.Text);
        Assert.Equal(1, second.Json.GetProperty("id").GetInt32());
        Assert.NotEmpty(second.Name);
        Assert.True(second.Price > 0);
        Assert.NotEmpty(second.Json.GetProperty("category").GetString()!);
    }

    [Theory]
    [InlineData(CacheTier.Source, 60.0, false, "storefront; fwd=uri-miss; stored")]
    [InlineData(CacheTier.Local, 60.0, false, "storefront; hit; ttl=60; detail=L1")]
    [InlineData(CacheTier.Local, 0.4, false, "storefront; hit; ttl=0; detail=L1")]
    [InlineData(CacheTier.Remote, 59.9, false, "storefront; hit; ttl=59; detail=L2")]
    [InlineData(CacheTier.Local, -0.1, false, "storefront; hit; ttl=-1; detail=L1")]
    [InlineData(CacheTier.Local, 60.0, true, "storefront; hit; ttl=60; detail=unverified")]
    public void Format_OfLookup_SaysTierLifetimeAndDoubt(CacheTier tier, double ttl, bool unverified, string expected) =>
        Assert.Equal(expected, CacheStatus.Format(new CacheLookup<string>("", tier, TimeSpan.Zero, TimeSpan.FromSeconds(ttl), unverified)));
}
