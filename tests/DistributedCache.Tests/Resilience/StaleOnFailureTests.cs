using DistributedCache.Tests.Pipeline;

namespace DistributedCache.Tests.Resilience;

/// <summary>A failed load and a value that may still stand in.</summary>
public class StaleOnFailureTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly Exception Failure = new InvalidOperationException("broken");

    private static void Configure(TieredCacheOptions options)
    {
        options.Profiles["Default"].Duration = 10 * Second;
        options.Profiles["Default"].StaleFor = 60 * Second;
        options.Profiles["Default"].RetryAfterFailure = 5 * Second;
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(10_001)]
    [InlineData(69_999)]
    public async Task GetOrCreateAsync_FailsWithinStaleFor_ServesStaleMarked(int milliseconds)
    {
        await using var node = TestCache.Make(Configure);
        await node.Cache.Load("a", "old");
        node.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        var entry = await node.Cache.Fail<string>("a", Failure);
        Assert.Equal("old", entry.Value);
        Assert.True(entry.IsStale);
        Assert.False(entry.IsUnverified);
        Assert.True(entry.TimeToLive < TimeSpan.Zero);
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), entry.Age);
    }

    [Fact]
    public async Task GetOrCreateAsync_FailsBeyondStaleFor_Throws()
    {
        await using var node = TestCache.Make(Configure);
        await node.Cache.Load("a", "old");
        node.Time.Advance(70 * Second);
        Assert.Same(Failure, await Assert.ThrowsAsync<InvalidOperationException>(async () => await node.Cache.Fail<string>("a", Failure)));
    }

    [Fact]
    public async Task GetOrCreateAsync_AfterAFailure_LoadsNoSoonerThanRetryAfterFailure()
    {
        await using var node = TestCache.Make(Configure);
        await node.Cache.Load("a", "old");
        node.Time.Advance(10 * Second);
        await node.Cache.Fail<string>("a", Failure);
        node.Time.Advance(5 * Second - Millisecond);
        var stale = await node.Cache.Entry("a", "new");
        Assert.Equal("old", stale.Value);
        Assert.True(stale.IsStale);
        node.Time.Advance(Millisecond);
        var fresh = await node.Cache.Entry("a", "new");
        Assert.Equal("new", fresh.Value);
        Assert.False(fresh.IsStale);
    }

    [Fact]
    public async Task GetOrCreateAsync_RetryWindowLongerThanStaleFor_EndsWithStaleFor()
    {
        await using var node = TestCache.Make(Configure);
        await node.Cache.Load("a", "old", new() { StaleFor = 2 * Second });
        node.Time.Advance(10 * Second);
        await node.Cache.Fail<string>("a", Failure);
        node.Time.Advance(2 * Second);
        Assert.Equal("new", await node.Cache.Load("a", "new"));
    }

    [Theory]
    [InlineData("tag")]
    [InlineData("late")]
    [InlineData("prefix")]
    [InlineData("clear")]
    [InlineData("remove")]
    public async Task GetOrCreateAsync_StaleValueInvalidatedMeanwhile_IsNotServed(string by)
    {
        await using var node = TestCache.Make(Configure);
        var source = new TestSource<string>();
        var first = node.Cache.Load("a:1", source, null, "tag");
        source[0].Context.Tags.Add("late");
        source[0].Answer("old");
        await first;
        node.Time.Advance(10 * Second);
        var failing = node.Cache.Load("a:1", source).AsTask();
        await (by switch
        {
            "tag" or "late" => node.Cache.RemoveTag(by),
            "prefix" => node.Cache.RemovePrefix("a:"),
            "clear" => node.Cache.Clear(),
            _ => node.Cache.Remove("a:1"),
        });
        source[1].Fail(Failure);
        if (by != "remove")
        {
            Assert.Same(Failure, await Assert.ThrowsAsync<InvalidOperationException>(() => failing));
        }
        else
        {
            // Who asked before the key was removed may have it; it is not kept.
            await Task.WhenAny(failing);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await node.Cache.Fail<string>("a:1", Failure));
    }

    [Theory]
    [InlineData(true, 60)]
    [InlineData(false, 60)]
    [InlineData(true, 0)]
    [InlineData(false, 0)]
    public async Task ExpireAsync_NextLoad_RunsAndTheOldValueIsAFallback(bool holdsValues, int staleFor)
    {
        await using var two = TwoNodes.Make(holdsValues, o =>
        {
            Configure(o);
            o.Profiles["Default"].StaleFor = staleFor * Second;
        });
        await two.A.Load("a", "old");
        await two.B.Expire("a");
        Assert.False((await two.A.Find<string>("a")).HasValue);
        var stale = await two.A.Fail<string>("a", Failure);
        Assert.Equal("old", stale.Value);
        Assert.True(stale.IsStale);
        Assert.True(stale.TimeToLive < TimeSpan.Zero);
        two.Time.Advance(5 * Second);
        Assert.Equal("new", await two.A.Load("a", "new"));
        Assert.Equal(CacheTier.Local, (await two.A.Find<string>("a")).Tier);
    }

    [Fact]
    public async Task ExpireAsync_OtherNodeWithoutACopy_FallsBackOnL2()
    {
        await using var two = TwoNodes.Make(true, Configure);
        await two.A.Load("a", "old");
        await two.A.Expire("a");
        var stale = await two.B.Fail<string>("a", Failure);
        Assert.Equal("old", stale.Value);
        Assert.Equal(CacheTier.Remote, stale.Tier);
        Assert.True(stale.IsStale);
        two.Time.Advance(5 * Second);
        Assert.Equal("new", await two.B.Load("a", "new"));
    }

    [Fact]
    public async Task GetOrCreateAsync_StrictAndStaleOfAnotherType_FailsAndLeavesNobodyWaiting()
    {
        await using var node = TestCache.Make(o =>
        {
            Configure(o);
            o.Strict = true;
            o.Profiles["Default"].Isolate = true;
        });
        await node.Cache.Load<List<string>>("a", ["text"]);
        node.Time.Advance(10 * Second);
        var call = node.Cache.Fail<List<int>>("a", Failure).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => Eventually.DoneAsync(call));
    }

    [Fact]
    public async Task GetManyAsync_StrictAndAnotherType_LeavesNobodyWaiting()
    {
        await using var node = TestCache.Make(o =>
        {
            o.Strict = true;
            o.Profiles["Default"].Isolate = true;
        });
        await node.Cache.Load<List<string>>("b", ["text"]);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await node.Cache.GetOrCreateManyAsync<List<int>>(
            ["a", "b"], (_, _, _) => throw new NotSupportedException(), cancellationToken: TestContext.Current.CancellationToken));
        var next = node.Cache.Load<List<int>>("a", [1]).AsTask();
        Assert.Equal([1], await Eventually.DoneAsync(next));
    }
}
