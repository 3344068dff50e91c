using System.Net;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

public sealed class CatalogueTests
{
    [Fact]
    public async Task UnknownProduct_AskedTwice_SecondIs404FromCache()
    {
        await using var store = new TestStore();
        var visitor = store.Visit();

        var first = await visitor.GetAsync("/products/10001");
        var queries = store.Queries.Count;
        var second = await visitor.GetAsync("/products/10001");

        Assert.Equal(HttpStatusCode.NotFound, first.Status);
        Assert.Equal("There is no product 10001.", first.Json.GetProperty("detail").GetString());
        Assert.True(first.IsMiss, first.CacheStatus);
        Assert.Equal(HttpStatusCode.NotFound, second.Status);
        Assert.True(second.IsHit, second.CacheStatus);
        Assert.Equal(queries, store.Queries.Count);
    }

    [Fact]
    public async Task Store_New_HasTenThousandProductsInFiftyCategories()
    {
        await using var store = new TestStore();
        var visitor = store.Visit();

        var last = await visitor.GetAsync("/products/10000");
        var page = await visitor.GetAsync("/categories/50/products");

        Assert.Equal(HttpStatusCode.OK, last.Status);
        Assert.Equal(50, last.Json.GetProperty("categoryId").GetInt32());
        Assert.Equal(10, page.Json.GetProperty("pages").GetInt32());
        Assert.Equal(20, page.Json.GetProperty("products").GetArrayLength());
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync("/categories/51/products")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await visitor.GetAsync("/categories/50/products?page=11")).Status);
    }

    [Fact]
    public async Task CategoryPage_BelowOne_Is400ThatNamesValueAndLimit()
    {
        await using var store = new TestStore();

        var answer = await store.Visit().GetAsync("/categories/1/products?page=0");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("page is 0: it must be 1 or more.", answer.Fault("page"));
    }

    [Fact]
    public async Task CategoryPage_ThatIsNoNumber_Is400ThatNamesFieldAndValue()
    {
        await using var store = new TestStore();

        var answer = await store.Visit().GetAsync("/categories/1/products?page=two");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("\"int page\" from \"two\"", answer.Json.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task CategoryPages_AfterTagIsInvalidated_AreLoadedAnewAndOthersAreNot()
    {
        await using var store = new TestStore();
        var visitor = store.Visit();
        await visitor.GetAsync("/categories/1/products?page=1");
        await visitor.GetAsync("/categories/1/products?page=2");
        await visitor.GetAsync("/categories/2/products?page=1");

        var invalidated = await visitor.PostAsync("/admin/categories/1/invalidate");

        Assert.Equal(HttpStatusCode.OK, invalidated.Status);
        Assert.True((await visitor.GetAsync("/categories/1/products?page=1")).IsMiss);
        Assert.True((await visitor.GetAsync("/categories/1/products?page=2")).IsMiss);
        Assert.True((await visitor.GetAsync("/categories/2/products?page=1")).IsHit);
    }
}
