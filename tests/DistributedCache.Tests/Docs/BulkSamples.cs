using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Docs;

public class BulkSamples
{
    [Fact]
    public async Task GetOrCreateMany_SomeAreThere_LoadsTheRestInOneGo()
    {
        await using var node = Shop.Open();
        var ct = TestContext.Current.CancellationToken;
        await node.Cache.SetAsync("product:1", new Product(1, "Lamp", 1), cancellationToken: ct);

        var products = await FindAsync(node.Cache, [1, 2, 3, 1000], ct);

        Assert.Equal(["product:1", "product:2", "product:3"], products.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(1, node.Data().Readings);
    }

    [Fact]
    public async Task SetManyAndRemoveMany_Sample_Runs()
    {
        await using var node = Shop.Open();

        await WriteAsync(node.Cache, TestContext.Current.CancellationToken);

        Assert.False((await node.Cache.GetAsync<Product>("product:1", cancellationToken: TestContext.Current.CancellationToken)).HasValue);
    }

    private static async Task<IReadOnlyDictionary<string, Product>> FindAsync(ITieredCache cache, int[] ids, CancellationToken ct)
    {
        #region find
        var products = await cache.GetOrCreateManyAsync<Product>(
            ids.Select(id => $"product:{id}"),
            static async (missing, load, ct) =>
            {
                var ids = missing.Select(key => int.Parse(key["product:".Length..]));
                var found = await load.Services.GetRequiredService<ShopContext>().FindProductsAsync(ids, ct);   // one query
                return found.ToDictionary(product => $"product:{product.Id}");
            },
            cancellationToken: ct);
        #endregion
        return products;
    }

    private static async Task WriteAsync(ITieredCache cache, CancellationToken ct)
    {
        #region write
        var written = await cache.SetManyAsync<Product>(
            [new("product:1", new Product(1, "Lamp", 7)), new("product:2", new Product(2, "Desk", 8))],
            tags: ["products"], cancellationToken: ct);
        foreach (var key in written.Rejected) Console.Error.WriteLine($"{key} was not stored.");

        await cache.RemoveManyAsync(["product:1", "product:2"], ct);
        #endregion
        Assert.Empty(written.Rejected);
    }
}
