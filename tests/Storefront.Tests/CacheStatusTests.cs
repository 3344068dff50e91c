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
    [InlineData("Development", true)]
    [InlineData("Production", false)]
    public async Task Product_Asked_SaysItsKeyInDevelopmentAlone(string environment, bool isSaid)
    {
        await using var store = new TestStore(environment: environment);

        var answer = await store.Visit().GetAsync("/products/1");

        Assert.Equal(isSaid, answer.Key is not null);
    }
}
