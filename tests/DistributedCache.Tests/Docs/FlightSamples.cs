using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Docs;

public class FlightSamples
{
    [Fact]
    public async Task Stampede_ManyCallers_LoadOnce()
    {
        await using var node = Shop.Open();

        Assert.Equal(1, await StampedeAsync(node.Cache, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task VisitorLeaves_Load_IsKept()
    {
        await using var node = Shop.Open();
        var ct = TestContext.Current.CancellationToken;

        Assert.Equal("Product 7", (await FindForVisitorAsync(node.Cache, 7, ct))?.Name);
        Assert.Equal("Product 7", (await FindForVisitorAsync(node.Cache, 7, ct))?.Name);
        Assert.Equal(1, node.Data().Readings);
    }

    private static async Task<int> StampedeAsync(ITieredCache cache, CancellationToken ct)
    {
        #region stampede
        var loads = 0;
        var everybodyIsHere = new TaskCompletionSource();
        var callers = Enumerable.Range(0, 1000).Select(_ => cache.GetOrCreateAsync("report", async (load, ct) =>
        {
            loads++;
            await everybodyIsHere.Task;
            return "the report";
        }, cancellationToken: ct).AsTask()).ToArray();

        everybodyIsHere.SetResult();
        await Task.WhenAll(callers);                               // loads is 1
        #endregion
        return loads;
    }

    private static async Task<Product?> FindForVisitorAsync(ITieredCache cache, int id, CancellationToken requestAborted)
    {
        #region leave
        // No token for the load: a visitor who leaves ends the wait alone, and what was loaded serves the next.
        var product = await cache.GetOrCreateAsync($"product:{id}", id,
            static (id, load, ct) => load.Services.GetRequiredService<ShopContext>().FindProductAsync(id, ct))
            .AsTask().WaitAsync(requestAborted);
        #endregion
        return product;
    }
}
