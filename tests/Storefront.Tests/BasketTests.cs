using System.Net;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

public sealed class BasketTests
{
    [Fact]
    public async Task Basket_OfTwoVisitors_IsEachOnesOwn()
    {
        await using var store = new TestStore();
        var (ada, alan) = (store.Visit(), store.Visit());

        await ada.PostAsync("/basket", new { productId = 1, quantity = 2 });
        await alan.PostAsync("/basket", new { productId = 7 });

        Assert.Equal([(1, 2)], Lines(await ada.GetAsync("/basket")));
        Assert.Equal([(7, 1)], Lines(await alan.GetAsync("/basket")));
        Assert.Empty(Lines(await store.Visit().GetAsync("/basket")));
    }

    [Fact]
    public async Task Basket_SameProductAgain_AddsUpToTheTotal()
    {
        await using var store = new TestStore();
        var visitor = store.Visit();
        var price = (await visitor.GetAsync("/products/1")).Price;

        await visitor.PostAsync("/basket", new { productId = 1, quantity = 2 });
        var added = await visitor.PostAsync("/basket", new { productId = 1, quantity = 3 });

        Assert.Equal([(1, 5)], Lines(added));
        Assert.Equal(5 * price, added.Json.GetProperty("total").GetDecimal());
        Assert.Equal("private, no-store", added.CacheControl);
    }

    [Fact]
    public async Task Basket_Emptied_IsEmpty()
    {
        await using var store = new TestStore();
        var visitor = store.Visit();
        await visitor.PostAsync("/basket", new { productId = 1 });

        var emptied = await visitor.DeleteAsync("/basket");

        Assert.Equal(HttpStatusCode.NoContent, emptied.Status);
        Assert.Empty(Lines(await visitor.GetAsync("/basket")));
    }

    [Theory]
    [InlineData(10001, 1, "productId", "productId is 10001: it must be the id of a product.")]
    [InlineData(1, 0, "quantity", "quantity is 0: it must be from 1 to 99.")]
    [InlineData(1, 100, "quantity", "quantity is 100: it must be from 1 to 99.")]
    public async Task Basket_BadItem_Is400ThatNamesValueAndLimit(int productId, int quantity, string field, string fault)
    {
        await using var store = new TestStore();
        var visitor = store.Visit();

        var refused = await visitor.PostAsync("/basket", new { productId, quantity });

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Equal(fault, refused.Fault(field));
        Assert.Empty(Lines(await visitor.GetAsync("/basket")));
    }

    private static (int, int)[] Lines(Answer basket) =>
        [.. basket.Json.GetProperty("lines").EnumerateArray().Select(line => (line.GetProperty("productId").GetInt32(), line.GetProperty("quantity").GetInt32()))];
}
