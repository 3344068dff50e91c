using DistributedCache.Pipeline;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Pipeline;

/// <summary>Many keys at once behave as each of them alone, with one factory for what is missing.</summary>
public class BulkTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async ValueTask<IReadOnlyDictionary<string, string>> LoadMany(ITieredCache cache, string[] keys, BulkSource source) =>
        await cache.GetOrCreateManyAsync<string>(keys, source.LoadAsync, cancellationToken: Stop);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetOrCreateManyAsync_SomeAreThere_LoadsTheMissingOnce(bool holdsValues)
    {
        await using var two = TwoNodes.Make(holdsValues);
        await two.A.Set("local", "1");
        if (holdsValues) await two.B.Set("remote", "2");
        var source = new BulkSource();
        var loading = LoadMany(two.A, ["local", "remote", "x", "x", "y"], source);
        var run = Assert.Single(source.Runs);
        Assert.Equal(holdsValues ? ["x", "y"] : ["remote", "x", "y"], run.Keys);
        run.Answer(new() { ["remote"] = "2", ["x"] = "3", ["y"] = "4", ["unasked"] = "5" });
        var values = await loading;
        Assert.Equal([("local", "1"), ("remote", "2"), ("x", "3"), ("y", "4")], values.Select(v => (v.Key, v.Value)).Order());
        Assert.Equal(4, (await LoadMany(two.A, ["local", "remote", "x", "y"], source)).Count);
        Assert.Single(source.Runs);
        Assert.False((await two.A.Find<string>("unasked")).HasValue);
        Assert.Equal(holdsValues, (await two.B.Find<string>("y")).HasValue);
    }

    [Fact]
    public async Task GetOrCreateManyAsync_FactoryLeavesOutOrAnswersNull_IsAbsentOrNull()
    {
        await using var node = TestCache.Make();
        var source = new BulkSource();
        var loading = LoadMany(node.Cache, ["a", "b"], source);
        source.Runs[0].Answer(new() { ["b"] = null! });
        var values = await loading;
        Assert.Equal("b", Assert.Single(values).Key);
        Assert.Null(values["b"]);
        Assert.False((await node.Cache.Find<string>("a")).HasValue);
        Assert.True((await node.Cache.Find<string>("b")).HasValue);
        Assert.Equal("x", await node.Cache.Load("a", "x"));
    }

    [Fact]
    public async Task GetOrCreateManyAsync_EmptyInput_RunsNothing()
    {
        await using var node = TestCache.Make();
        var source = new BulkSource();
        Assert.Empty(await LoadMany(node.Cache, [], source));
        Assert.Empty(source.Runs);
        Assert.Empty(await node.Cache.GetManyAsync<string>([], cancellationToken: Stop));
        Assert.Equal(InvalidationStatus.LocalOnly, (await node.Cache.SetManyAsync<string>([], cancellationToken: Stop)).Status);
        Assert.Equal(InvalidationStatus.LocalOnly, (await node.Cache.RemoveManyAsync([], Stop)).Status);
    }

    [Fact]
    public async Task GetOrCreateManyAsync_OneKeyIsBeingLoaded_JoinsIt()
    {
        await using var node = TestCache.Make();
        var single = new TestSource<string>();
        var bulk = new BulkSource();
        var first = node.Cache.Load("a", single);
        var both = LoadMany(node.Cache, ["a", "b"], bulk).AsTask();
        Assert.Equal(["b"], bulk.Runs[0].Keys);
        bulk.Runs[0].Answer(new() { ["b"] = "2" });
        Assert.False(both.IsCompleted);
        single[0].Answer("1");
        Assert.Equal("1", await first);
        Assert.Equal([("a", "1"), ("b", "2")], (await both).Select(v => (v.Key, v.Value)).Order());
    }

    [Fact]
    public async Task GetOrCreateAsync_KeyIsBeingLoadedInBulk_JoinsItAndLoadsWhatItLeftOut()
    {
        await using var node = TestCache.Make();
        var single = new TestSource<string>();
        var bulk = new BulkSource();
        var both = LoadMany(node.Cache, ["a", "b"], bulk);
        var a = node.Cache.Load("a", single).AsTask();
        var b = node.Cache.Load("b", single).AsTask();
        var other = LoadMany(node.Cache, ["b", "a"], bulk).AsTask();
        Assert.Equal((0, 1), (single.Count, bulk.Runs.Count));
        bulk.Runs[0].Answer(new() { ["b"] = "2" });
        await both;
        Assert.Equal("2", await b);
        await Eventually.TrueAsync(() => single.Count == 1);
        single[0].Answer("1");
        Assert.Equal("1", await a);
        Assert.Equal("b", Assert.Single(await other).Key);
    }

    [Fact]
    public async Task GetOrCreateManyAsync_EachWaitsForTheOther_BothEnd()
    {
        await using var node = TestCache.Make();
        var source = new BulkSource();
        var ab = LoadMany(node.Cache, ["a", "b"], source).AsTask();
        var bc = LoadMany(node.Cache, ["c", "b"], source).AsTask();
        var ca = LoadMany(node.Cache, ["a", "c"], source).AsTask();
        Assert.Equal(2, source.Runs.Count);
        source.Runs[1].Answer(new() { ["c"] = "3" });
        source.Runs[0].Answer(new() { ["a"] = "1", ["b"] = "2" });
        foreach (var values in await Task.WhenAll(ab, bc, ca)) Assert.Equal(2, values.Count);
    }

    [Fact]
    public async Task GetOrCreateManyAsync_CallerCancels_CancelsTheFactoryUnlessOthersWait()
    {
        await using var node = TestCache.Make();
        var source = new BulkSource();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var both = node.Cache.GetOrCreateManyAsync<string>(["a", "b", "c"], source.LoadAsync, cancellationToken: first.Token).AsTask();
        var b = node.Cache.GetOrCreateAsync("b", new TestSource<string>().LoadAsync, cancellationToken: second.Token).AsTask();
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => both);
        Assert.False(source.Runs[0].Token.IsCancellationRequested);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => b);
        await Eventually.TrueAsync(() => source.Runs[0].Token.IsCancellationRequested);
        await Eventually.TrueAsync(() => node.Services.GetRequiredService<CacheEngine>().Flights.Count == 0);
        Assert.Equal("x", await node.Cache.Load("a", "x"));
    }

    [Fact]
    public async Task GetOrCreateManyAsync_FactoryFails_AllShareItAndStaleValuesStandIn()
    {
        await using var node = TestCache.Make(o => o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1));
        await node.Cache.Load("stale", "old");
        node.Time.Advance(TimeSpan.FromMinutes(5));
        var source = new BulkSource();
        var some = LoadMany(node.Cache, ["stale", "a"], source).AsTask();
        var a = node.Cache.Load("a", new TestSource<string>()).AsTask();
        source.Runs[0].Fail(new FormatException());
        await Assert.ThrowsAsync<FormatException>(() => some);
        await Assert.ThrowsAsync<FormatException>(() => a);
        Assert.Equal("old", (await LoadMany(node.Cache, ["stale"], source))["stale"]);
        Assert.Single(source.Runs);
    }

    [Fact]
    public async Task GetOrCreateManyAsync_NoUnderlyingData_RunsNothing()
    {
        await using var node = TestCache.Make();
        await node.Cache.Set("a", "1");
        var found = await node.Cache.GetOrCreateManyAsync<string>(
            ["a", "b"], (_, _, _) => throw new NotSupportedException(), new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData }, cancellationToken: Stop);
        Assert.Equal(("a", "1"), Assert.Single(found) switch { var pair => (pair.Key, pair.Value) });
    }

    [Fact]
    public async Task SetManyAsync_Duplicates_TheLastCounts()
    {
        await using var two = TwoNodes.Make();
        await two.B.Set("a", 9);
        var result = await two.A.SetManyAsync([KeyValuePair.Create("a", 1), KeyValuePair.Create("b", 2), KeyValuePair.Create("a", 3)], cancellationToken: Stop);
        Assert.Equal(InvalidationStatus.Acknowledged, result.Status);
        Assert.True(await two.B.WaitForAsync(result.Token, cancellationToken: Stop));
        var found = await two.B.GetManyAsync<int>(["a", "b", "c", "a"], cancellationToken: Stop);
        Assert.Equal([("a", 3, true), ("b", 2, true), ("c", 0, false)], found.Select(f => (f.Key, f.Value.Value, f.Value.HasValue)).Order());
        Assert.Equal(CacheTier.Remote, found["a"].Tier);
        await two.B.RemoveManyAsync(["a", "a", "c"], Stop);
        Assert.False((await two.A.Find<int>("a")).HasValue);
        Assert.Equal(2, (await two.A.Find<int>("b")).Value);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    public async Task ManyKeys_MoreThanOneBatch_AllArrive(int partitions)
    {
        await using var two = TwoNodes.Make(partitions: partitions);
        var values = Enumerable.Range(0, 1_000).ToDictionary(i => $"k:{i}", i => i);
        var result = await two.A.SetManyAsync(values, tags: ["t"], cancellationToken: Stop);
        Assert.True(await two.B.WaitForAsync(result.Token, cancellationToken: Stop));
        var found = await two.B.GetManyAsync<int>(values.Keys, cancellationToken: Stop);
        Assert.All(values, pair => Assert.Equal(pair.Value, found[pair.Key].Value));
        await two.B.RemoveManyAsync(values.Keys.Take(900), Stop);
        Assert.Equal(100, (await two.A.GetManyAsync<int>(values.Keys, cancellationToken: Stop)).Count(pair => pair.Value.HasValue));
        await two.B.RemoveTag("t");
        Assert.DoesNotContain(await two.A.GetManyAsync<int>(values.Keys, cancellationToken: Stop), pair => pair.Value.HasValue);
    }

    [Fact]
    public async Task EveryBulkOperation_AlreadyCancelled_DoesNothing()
    {
        await using var node = TestCache.Make();
        await node.Cache.Set("a", 1);
        var cancelled = new CancellationToken(true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await node.Cache.GetManyAsync<int>(["a"], cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await node.Cache.SetManyAsync([KeyValuePair.Create("a", 2)], cancellationToken: cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await node.Cache.RemoveManyAsync(["a"], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await node.Cache.GetOrCreateManyAsync<string>(["b"], new BulkSource().LoadAsync, cancellationToken: cancelled));
        Assert.Equal(1, (await node.Cache.Find<int>("a")).Value);
    }
}
