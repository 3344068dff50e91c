using System.Net;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

public sealed class SearchTests
{
    [Fact]
    public async Task Search_InAnotherSpelling_IsTheSameAnswer()
    {
        await using var store = new TestStore();
        var visitor = store.Visit();

        var first = await visitor.GetAsync("/search?q=Walnut%20Kitchen");
        var second = await visitor.GetAsync("/search?q=%20walnut%20kitchen");

        Assert.True(first.IsMiss, first.CacheStatus);
        Assert.True(second.IsHit, second.CacheStatus);
        Assert.Equal(20, second.Json.GetProperty("products").GetArrayLength());
        Assert.All(second.Json.GetProperty("products").EnumerateArray(), product => Assert.Contains("Walnut Kitchen", product.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("/search", "q is missing: it must have 2 to 64 characters.")]
    [InlineData("/search?q=a", "q is \"a\": it must have 2 to 64 characters.")]
    [InlineData("/search?q=a%00b", "it must not have control characters.")]
    public async Task Search_OfBadWords_Is400ThatNamesValueAndLimit(string path, string fault)
    {
        await using var store = new TestStore();

        var answer = await store.Visit().GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(fault, answer.Fault("q"));
    }
}
