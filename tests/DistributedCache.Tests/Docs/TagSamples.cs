namespace DistributedCache.Tests.Docs;

public class TagSamples
{
    [Fact]
    public async Task TagsAndPrefixes_Removed_TakeWhatTheyName()
    {
        await using var node = Shop.Open();

        await TagAsync(node.Cache, TestContext.Current.CancellationToken);
        await PrefixAsync(node.Cache, TestContext.Current.CancellationToken);
    }

    private static async Task TagAsync(ITieredCache cache, CancellationToken ct)
    {
        #region tag
        await cache.SetAsync("product:7", "Lamp", tags: ["category:7", "supplier:3"], cancellationToken: ct);
        await cache.SetAsync("product:8", "Desk", tags: ["category:8", "supplier:3"], cancellationToken: ct);

        await cache.RemoveByTagAsync("category:7", ct);            // the lamp is gone, the desk stays
        await cache.RemoveByTagAsync("supplier:3", ct);            // the desk, too
        #endregion
        Assert.False((await cache.GetAsync<string>("product:7", cancellationToken: ct)).HasValue);
        Assert.False((await cache.GetAsync<string>("product:8", cancellationToken: ct)).HasValue);
    }

    private static async Task PrefixAsync(ITieredCache cache, CancellationToken ct)
    {
        #region prefix
        await cache.SetAsync("user:42", "Ada", cancellationToken: ct);
        await cache.SetAsync("user:42:cart", "1 lamp", cancellationToken: ct);

        await cache.RemoveByPrefixAsync("user:42:", ct);           // the cart, not the user
        await cache.RemoveByPrefixAsync("user:", ct);              // every user and all below them
        #endregion
        Assert.False((await cache.GetAsync<string>("user:42", cancellationToken: ct)).HasValue);
        Assert.Throws<ArgumentException>(() => { _ = cache.RemoveByPrefixAsync("user:4", ct); });
    }
}
