using Storefront.Tests.Hosting;

namespace Storefront.Tests;

public sealed class AbandonedLoadTests
{
    [Fact]
    public async Task Request_BrokenOffWhileItsLoadRuns_LoadFinishesAndServesTheNext()
    {
        await using var store = new TestStore();
        var visitor = store.Visit();
        var queries = store.Queries.Count;
        store.Queries.Close();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var request = visitor.SendAsync(HttpMethod.Get, "/products/1", cancellationToken: leaving.Token);
        await store.Queries.Arrived.WaitAsync(TestContext.Current.CancellationToken);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await store.Requests.First.WaitAsync(TestContext.Current.CancellationToken);
        store.Queries.Open();

        // This one may still meet the load running and wait for it. The one after can't.
        var next = await visitor.GetAsync("/products/1");
        var last = await visitor.GetAsync("/products/1");

        Assert.NotEmpty(next.Name);
        Assert.True(last.IsHit, last.CacheStatus);
        Assert.Equal(queries + 1, store.Queries.Count);
    }
}
