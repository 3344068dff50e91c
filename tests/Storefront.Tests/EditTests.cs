using System.Net;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

public sealed class EditTests
{
    [Fact]
    public async Task Edit_Acknowledged_EverythingThatShowsTheProductIsLoadedAnew()
    {
        await using var store = new TestStore();
        var visitor = store.Visit();
        string[] shows = ["/products/1", "/products/1/price", "/categories/1/products", "/search?q=no.%201"];
        string[] doesNotShow = ["/products/2", "/products/2/price", "/categories/2/products", "/search?q=no.%20200"];
        foreach (var path in (string[])[.. shows, .. doesNotShow]) await visitor.GetAsync(path);

        var edited = await visitor.PutAsync("/products/1", new { name = "Lamp, reworked No. 1", price = 9.99m });

        Assert.Equal(HttpStatusCode.OK, edited.Status);
        Assert.Equal(("Lamp, reworked No. 1", 9.99m), (edited.Name, edited.Price));
        foreach (var path in shows)
        {
            var answer = await visitor.GetAsync(path);
            Assert.True(answer.IsMiss, $"{path}: {answer.CacheStatus}");
            Assert.True(path.EndsWith("price", StringComparison.Ordinal) || answer.Text.Contains("Lamp, reworked"), answer.Text);
        }

        foreach (var path in doesNotShow) Assert.True((await visitor.GetAsync(path)).IsHit, path);
    }

    [Theory]
    [InlineData("name", "", 1.0, "name is \"\": it must have 1 to 100 characters.")]
    [InlineData("name", null, 1.0, "name is missing: it must have 1 to 100 characters.")]
    [InlineData("price", "Lamp", 0.0, "price is 0: it must be from 0.01 to 1000000.")]
    [InlineData("price", "Lamp", -1.5, "price is -1.5: it must be from 0.01 to 1000000.")]
    [InlineData("price", "Lamp", 1000001.0, "price is 1000001: it must be from 0.01 to 1000000.")]
    [InlineData("price", "Lamp", 1.234, "price is 1.234: it must have at most 2 decimals.")]
    [InlineData("price", "Lamp", null, "price is missing: it must be from 0.01 to 1000000.")]
    public async Task Edit_WithBadField_Is400ThatNamesFieldValueAndLimit(string field, string? name, double? price, string fault)
    {
        await using var store = new TestStore();
        var visitor = store.Visit();

        var refused = await visitor.PutAsync("/products/1", new { name, price });

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(fault, refused.Fault(field));
        Assert.NotEqual("Lamp", (await visitor.GetAsync("/products/1")).Name);
    }

    [Fact]
    public async Task Edit_WithLongName_IsRefusedWithItsLength()
    {
        await using var store = new TestStore();

        var refused = await store.Visit().PutAsync("/products/1", new { name = new string('x', 101), price = 1 });

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal($"name is \"{new string('x', 40)}…\" (101 characters): it must have 1 to 100 characters.", refused.Fault("name"));
    }

    [Theory]
    [InlineData("Development")]
    [InlineData("Production")]
    public async Task Edit_WithPriceThatIsNoNumber_Is400ThatNamesTheFieldInAnyEnvironment(string environment)
    {
        await using var store = new TestStore(environment: environment);

        var refused = await store.Visit().PutAsync("/products/1", new { name = "Lamp", price = "much" });

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.StartsWith("price can't be read.", refused.Fault("price"));
    }

    [Fact]
    public async Task Edit_OfUnknownProduct_Is404()
    {
        await using var store = new TestStore();

        var answer = await store.Visit().PutAsync("/products/10001", new { name = "Lamp", price = 1 });

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
    }
}
