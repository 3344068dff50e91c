namespace DistributedCache.Tests.Docs;

public class CoherenceSamples
{
    [Fact]
    public async Task Token_OnAnotherNode_IsReached()
    {
        var remote = new InProcessRemote();
        await using var nodeA = Shop.Open(remote: remote);
        await using var nodeB = Shop.Open(remote: remote);

        Assert.Equal(12m, await ReadYourWriteAsync(nodeA.Cache, nodeB.Cache, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Remove_WhileALoadRuns_KeepsNothingOlder()
    {
        await using var node = Shop.Open();

        Assert.Equal(("old", "new"), await RaceAsync(node.Cache, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Load_ReplicaIsBehindTheCommit_ReadsThePrimary()
    {
        await using var node = Shop.Open();

        Assert.Equal(12m, await ReadBehindReplicaAsync(node.Cache, new Database(2, 12m), new Database(1, 10m), TestContext.Current.CancellationToken));
    }

    private static async Task<decimal> ReadBehindReplicaAsync(ITieredCache cache, Database primary, Database replica, CancellationToken ct)
    {
        #region source
        cache.RequireSourceVersion(primary.Version);               // of the commit
        await cache.RemoveAsync("price:7", ct);

        var price = await cache.GetOrCreateAsync("price:7", (load, ct) =>
        {
            var source = replica.Version >= load.MinimumSourceVersion ? replica : primary;
            return ValueTask.FromResult(source.Price);
        }, cancellationToken: ct);
        #endregion
        return price;
    }

    private static async Task<decimal> ReadYourWriteAsync(ITieredCache nodeA, ITieredCache nodeB, CancellationToken ct)
    {
        #region token
        var written = await nodeA.SetAsync("price:7", 12m, cancellationToken: ct);
        var text = written.Token.ToString();                       // URL- and cookie-safe

        if (!ConsistencyToken.TryParse(text, null, out var token)) throw new FormatException("That is no token.");
        var isReached = await nodeB.WaitForAsync(token, TimeSpan.FromSeconds(1), ct);
        var price = await nodeB.GetAsync<decimal>("price:7", cancellationToken: ct);
        #endregion
        Assert.True(isReached);
        return price.Value;
    }

    private static async Task<(string, string)> RaceAsync(ITieredCache cache, CancellationToken ct)
    {
        #region race
        var row = "old";
        var read = new TaskCompletionSource();
        var early = cache.GetOrCreateAsync("row", async (load, ct) =>
        {
            var value = row;                                       // the load reads the old row …
            await read.Task;
            return value;
        }, cancellationToken: ct);

        row = "new";                                               // … which then changes
        await cache.RemoveAsync("row", ct);
        read.SetResult();

        var first = await early;                                   // "old": this caller asked before the change
        var next = await cache.GetOrCreateAsync("row", (load, ct) => ValueTask.FromResult(row), cancellationToken: ct);   // "new"
        #endregion
        return (first, next);
    }

    private sealed record Database(long Version, decimal Price);
}
