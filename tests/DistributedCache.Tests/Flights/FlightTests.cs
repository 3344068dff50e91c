using DistributedCache.Tests.Pipeline;

namespace DistributedCache.Tests.Flights;

/// <summary>One load a key for all who ask while it runs, and nobody's giving up is another's.</summary>
public class FlightTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetOrCreateAsync_ManyCallersAtOnce_LoadOnce()
    {
        await using var node = TestCache.Make();
        var source = new TestSource<string>();
        var callers = Enumerable.Range(0, 100).Select(_ => node.Cache.Load("a", source).AsTask()).ToArray();
        Assert.Equal(1, source.Count);
        source[0].Answer("x");
        Assert.All(await Task.WhenAll(callers), value => Assert.Equal("x", value));
        Assert.Equal(1, source.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetOrCreateAsync_ManyThreads_LoadEachKeyOnce(bool holdsValues)
    {
        await using var two = TwoNodes.Make(holdsValues);
        const int Keys = 300;
        var loads = new int[Keys];
        using var barrier = new Barrier(6);
        var threads = Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < Keys; i++)
                {
                    var key = i;
                    barrier.SignalAndWait(Stop);
                    var value = two.A.GetOrCreateAsync($"k:{key}", (_, _) => ValueTask.FromResult(Interlocked.Increment(ref loads[key])), cancellationToken: CancellationToken.None).AsTask().GetAwaiter().GetResult();
                    Assert.Equal(1, value);
                }
            },
            Stop,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
        await Task.WhenAll(threads);
        Assert.All(loads, count => Assert.Equal(1, count));
    }

    [Fact]
    public async Task GetOrCreateAsync_OneCallerCancels_OthersGetTheValue()
    {
        await using var node = TestCache.Make();
        var source = new TestSource<string>();
        using var first = new CancellationTokenSource();
        using var third = new CancellationTokenSource();
        var a = node.Cache.GetOrCreateAsync("a", source.LoadAsync, cancellationToken: first.Token).AsTask();
        var b = node.Cache.Load("a", source).AsTask();
        var c = node.Cache.GetOrCreateAsync("a", source.LoadAsync, cancellationToken: third.Token).AsTask();
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => a);
        await third.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => c);
        Assert.Equal(third.Token, cancelled.CancellationToken);
        Assert.False(source[0].Token.IsCancellationRequested);
        source[0].Answer("x");
        Assert.Equal("x", await b);
        Assert.Equal(1, source.Count);
    }

    [Fact]
    public async Task GetOrCreateAsync_LastCallerCancels_CancelsTheFactoryAndTheNextBeginsAnew()
    {
        await using var node = TestCache.Make();
        var source = new TestSource<string>();
        using var one = new CancellationTokenSource();
        using var two = new CancellationTokenSource();
        var a = node.Cache.GetOrCreateAsync("a", source.LoadAsync, cancellationToken: one.Token).AsTask();
        var b = node.Cache.GetOrCreateEntryAsync("a", source.LoadAsync, cancellationToken: two.Token).AsTask();
        await one.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => a);
        Assert.False(source[0].Token.IsCancellationRequested);
        await two.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => b);
        await Eventually.TrueAsync(() => source[0].Token.IsCancellationRequested);

        // The factory has not ended yet; its load is nobody's any more.
        var c = node.Cache.Load("a", source).AsTask();
        Assert.Equal(2, source.Count);
        source[0].Answer("late");
        source[1].Answer("new");
        Assert.Equal("new", await c);
        Assert.Equal("new", (await node.Cache.Find<string>("a")).Value);
    }

    [Fact]
    public async Task GetOrCreateAsync_AlreadyCancelled_RunsNothing()
    {
        await using var node = TestCache.Make();
        var source = new TestSource<string>();
        await node.Cache.Set("hit", "x");
        foreach (var key in new[] { "a", "hit" })
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await node.Cache.GetOrCreateAsync(key, source.LoadAsync, cancellationToken: new CancellationToken(true)));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await node.Cache.GetOrCreateEntryAsync(key, source.LoadAsync, cancellationToken: new CancellationToken(true)));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await node.Cache.GetAsync<string>(key, cancellationToken: new CancellationToken(true)));
        }

        Assert.Equal(0, source.Count);
    }

    [Fact]
    public async Task GetOrCreateAsync_FactoryFails_WaitersShareTheExceptionAndTheNextBeginsAnew()
    {
        await using var node = TestCache.Make();
        var source = new TestSource<string>();
        var callers = Enumerable.Range(0, 5).Select(_ => node.Cache.Load("a", source).AsTask()).ToArray();
        var failure = new InvalidOperationException("broken");
        source[0].Fail(failure);
        foreach (var caller in callers) Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => caller));
        var next = node.Cache.Load("a", source);
        Assert.Equal(2, source.Count);
        source[1].Answer("x");
        Assert.Equal("x", await next);
    }

    [Fact]
    public async Task GetOrCreateAsync_FactoryThrowsAtOnce_FailsTheCallAlone()
    {
        await using var node = TestCache.Make();
        await Assert.ThrowsAsync<FormatException>(async () => await node.Cache.GetOrCreateAsync<string>("a", (_, _) => throw new FormatException("x"), cancellationToken: Stop));
        Assert.Equal("y", await node.Cache.Load("a", "y"));
    }

    [Fact]
    public async Task GetOrCreateAsync_FactoryCancelsItself_IsAFailureOfItsOwn()
    {
        await using var node = TestCache.Make();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await node.Cache.Fail<string>("a", new TaskCanceledException("timed out inside")));
        Assert.Equal("y", await node.Cache.Load("a", "y"));
    }

    [Fact]
    public async Task GetOrCreateAsync_OtherTypeOrTier_DoesNotShareALoad()
    {
        await using var node = TestCache.Make();
        var text = new TestSource<string>();
        var number = new TestSource<int>();
        var a = node.Cache.Load("a", text);
        var b = node.Cache.Load("a", number);
        Assert.Equal((1, 1), (text.Count, number.Count));
        text[0].Answer("x");
        number[0].Answer(1);
        Assert.Equal(("x", 1), (await a, await b));
    }

    [Fact]
    public async Task GetOrCreateAsync_FactoryAsksForItsOwnKeyUnderAnotherType_Ends()
    {
        await using var node = TestCache.Make();
        var value = await node.Cache.GetOrCreateAsync("a", async (_, _) => (await node.Cache.Load("a", 41)) + 1L, cancellationToken: Stop);
        Assert.Equal(42, value);
    }

    [Fact]
    public async Task GetOrCreateAsync_NobodyAwaitsFailures_NoneIsUnobserved()
    {
        var unobserved = new List<string>();
        EventHandler<UnobservedTaskExceptionEventArgs> note = (_, e) =>
        {
            if (e.Exception.ToString().Contains(nameof(UnheardException), StringComparison.Ordinal))
                lock (unobserved) unobserved.Add(e.Exception.ToString());
        };
        TaskScheduler.UnobservedTaskException += note;
        try
        {
            await AbandonAsync();
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }

            Assert.True(unobserved.Count == 0, string.Join(Environment.NewLine, unobserved));
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= note;
        }
    }

    private static async Task AbandonAsync()
    {
        await using var node = TestCache.Make(o => o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1));
        var source = new TestSource<string>();

        // Cancelled by its only caller, then failing; failing with nobody looking; failing behind a stale value.
        using var cancel = new CancellationTokenSource();
        var left = node.Cache.GetOrCreateAsync("a", source.LoadAsync, cancellationToken: cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        source[0].Fail(new UnheardException());
        _ = node.Cache.GetOrCreateAsync("b", source.LoadAsync, cancellationToken: CancellationToken.None);
        source[1].Fail(new UnheardException());
        await node.Cache.Load("c", "old", new() { Duration = TimeSpan.FromSeconds(1) });
        node.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.True((await node.Cache.Fail<string>("c", new UnheardException())).IsStale);

        // Left behind at the hard timeout.
        var slow = node.Cache.Load("d", source).AsTask();
        await Eventually.TrueAsync(() => slow.IsCompleted, () => node.Time.Advance(TimeSpan.FromSeconds(31)));
        await Assert.ThrowsAsync<TimeoutException>(() => slow);
        source[2].Fail(new UnheardException());
        await Eventually.TrueAsync(() => source[2].Result.IsFaulted);
    }

    private sealed class UnheardException : Exception;
}
