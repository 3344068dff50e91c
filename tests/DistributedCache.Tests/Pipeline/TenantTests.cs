namespace DistributedCache.Tests.Pipeline;

/// <summary>A tenant's keys, tags, prefixes and clears are its own, whatever the keys look like.</summary>
public class TenantTests
{
    [Fact]
    public async Task ForTenant_EveryOperation_ConcernsThatTenantAlone()
    {
        await using var node = TestCache.Make();
        ITieredCache[] caches = [node.Cache, node.Cache.ForTenant("a"), node.Cache.ForTenant("b"), node.Cache.ForTenant("a:k")];
        for (var i = 0; i < caches.Length; i++) await caches[i].Set("k:1", i, null, "t");
        for (var i = 0; i < caches.Length; i++) Assert.Equal(i, (await caches[i].Find<int>("k:1")).Value);
        await caches[1].RemoveTag("t");
        await caches[2].RemovePrefix("k:");
        await caches[3].Clear();
        Assert.Equal("+---", await FoundAsync());
        for (var i = 0; i < caches.Length; i++) await caches[i].Set("k:1", i, null, "t");
        await node.Cache.Remove("k:1");
        Assert.Equal("-+++", await FoundAsync());
        await node.Cache.Set("k:1", 0, null, "t");
        await node.Cache.RemoveTag("t");
        Assert.Equal("-+++", await FoundAsync());
        await node.Cache.RemovePrefix("k:");
        Assert.Equal("-+++", await FoundAsync());
        await node.Cache.Clear();
        Assert.Equal("----", await FoundAsync());

        async Task<string> FoundAsync()
        {
            var found = "";
            foreach (var cache in caches) found += (await cache.Find<int>("k:1")).HasValue ? "+" : "-";
            return found;
        }
    }

    [Theory]
    [InlineData("\u0002acme\u0002user:1")]
    [InlineData("\u0001user:1")]
    public async Task GetOrCreateAsync_KeyThatLooksLikeAnothersIndex_IsRefusedAndFindsNothing(string key)
    {
        await using var node = TestCache.Make();
        await node.Cache.ForTenant("acme").Set("user:1", "secret");
        var stop = TestContext.Current.CancellationToken;
        await Assert.ThrowsAsync<ArgumentException>(async () => await node.Cache.Load(key, "mine"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await node.Cache.GetOrCreateAsync(key.AsSpan(), (_, _) => ValueTask.FromResult("mine"), cancellationToken: stop));
        await Assert.ThrowsAsync<ArgumentException>(async () => await node.Cache.GetOrCreateAsync($"{key}", (_, _) => ValueTask.FromResult("mine"), cancellationToken: stop));
        await Assert.ThrowsAsync<ArgumentException>(async () => await node.Cache.Find<string>(key));
    }

    [Fact]
    public async Task ForTenant_LongKeys_HitToo()
    {
        await using var node = TestCache.Make();
        var tenant = node.Cache.ForTenant(new string('t', 600));
        var key = new string('k', 1_000);
        Assert.Equal(1, await tenant.Load(key, 1));
        Assert.Equal(1, await tenant.GetOrCreateAsync(key.AsSpan(), (_, _) => ValueTask.FromResult(2), cancellationToken: TestContext.Current.CancellationToken));
    }
}
