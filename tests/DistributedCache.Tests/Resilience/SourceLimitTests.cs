using DistributedCache.Tests.Pipeline;
using Polly.RateLimiting;

namespace DistributedCache.Tests.Resilience;

/// <summary>No more loads run at once against a source than it is said to bear.</summary>
public class SourceLimitTests
{
    private static TestCache Make(int permits, int queue) => TestCache.Make(o =>
    {
        o.Sources["db"] = new SourceOptions { MaximumConcurrentLoads = permits, MaximumQueuedLoads = queue };
        o.Profiles["a"] = new() { Keys = ["a:"], Source = "db", Duration = TimeSpan.FromSeconds(10), StaleFor = TimeSpan.FromHours(1), Jitter = 0 };
        o.Profiles["b"] = new() { Keys = ["b:"], Source = "db", FactoryHardTimeout = TimeSpan.FromSeconds(7) };
    });

    [Fact]
    public async Task Load_MoreThanTheSourceBears_WaitsItsTurnAcrossKeysAndProfiles()
    {
        await using var node = Make(2, 100);
        var source = new TestSource<int>();
        var calls = Enumerable.Range(0, 6).Select(i => node.Cache.Load($"{(i % 2 == 0 ? 'a' : 'b')}:{i}", source).AsTask()).ToArray();
        for (var i = 0; i < calls.Length; i++)
        {
            var expected = Math.Min(i + 2, calls.Length);
            await Eventually.TrueAsync(() => source.Count == expected);
            source[i].Answer(i);
        }

        await Task.WhenAll(calls);
        Assert.Equal(6, source.Count);
    }

    [Fact]
    public async Task Load_QueueIsFull_FailsAsALoadFails()
    {
        await using var node = Make(1, 0);
        await node.Cache.Load("a:stale", 1);
        node.Time.Advance(TimeSpan.FromSeconds(10));
        var source = new TestSource<int>();
        var running = node.Cache.Load("a:running", source);
        await Assert.ThrowsAsync<RateLimiterRejectedException>(async () => await node.Cache.Load("a:new", source));
        var stale = await node.Cache.Entry("a:stale", source);
        Assert.Equal((1, true), (stale.Value, stale.IsStale));
        Assert.Equal(1, source.Count);
        source[0].Answer(5);
        Assert.Equal(5, await running);
        Assert.Equal(6, await node.Cache.Load("a:new", 6));
    }

    [Fact]
    public async Task Load_CallerLeavesTheQueue_NeverRuns()
    {
        await using var node = Make(1, 10);
        var source = new TestSource<int>();
        var running = node.Cache.Load("a:1", source);
        using var cancel = new CancellationTokenSource();
        var queued = node.Cache.GetOrCreateAsync("a:2", source.LoadAsync, cancellationToken: cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued);
        source[0].Answer(1);
        await running;
        Assert.Equal(3, await node.Cache.Load("a:3", 3));
        Assert.Equal(1, source.Count);
    }

    [Fact]
    public async Task HardTimeout_FactoryIgnoresItsToken_KeepsItsTurnUntilItEnds()
    {
        await using var node = Make(1, 10);
        var deaf = new TestSource<int>();
        var slow = node.Cache.Load("b:deaf", deaf).AsTask();
        node.Time.Advance(TimeSpan.FromSeconds(7));
        await Assert.ThrowsAsync<TimeoutException>(() => Eventually.DoneAsync(slow));
        var next = new TestSource<int>();
        var waiting = node.Cache.Load("b:next", next).AsTask();
        Assert.Equal(0, next.Count);
        deaf[0].Answer(1);
        await Eventually.TrueAsync(() => next.Count == 1);
        next[0].Answer(2);
        Assert.Equal(2, await waiting);
    }

    [Fact]
    public async Task HardTimeout_WaitsForATurn_EndsTheWait()
    {
        await using var node = Make(1, 10);
        _ = node.Cache.Load("a:running", new TestSource<int>());
        var source = new TestSource<int>();
        var waiting = node.Cache.Load("b:waiting", source).AsTask();
        node.Time.Advance(TimeSpan.FromSeconds(7));
        await Assert.ThrowsAsync<TimeoutException>(() => Eventually.DoneAsync(waiting));
        Assert.Equal(0, source.Count);
    }
}
