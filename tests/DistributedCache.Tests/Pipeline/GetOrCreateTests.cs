namespace DistributedCache.Tests.Pipeline;

public class GetOrCreateTests
{
    private sealed record Product(int Id, string Name);

    [Fact]
    public async Task GetOrCreateAsync_SecondCall_HitsL1()
    {
        await using var node = TestCache.Make();
        var calls = 0;
        for (var i = 0; i < 3; i++)
        {
            var product = await node.Cache.GetOrCreateAsync("product:1", 1, (id, _, _) =>
            {
                calls++;
                return ValueTask.FromResult(new Product(id, "a"));
            }, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(1, product.Id);
        }

        Assert.Equal(1, calls);
        var entry = await node.Cache.GetAsync<Product>("product:1", cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(CacheTier.Local, entry.Tier);
    }
}
