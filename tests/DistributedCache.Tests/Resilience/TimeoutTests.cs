using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Polly.Timeout;

namespace DistributedCache.Tests.Resilience;

/// <summary>A slow factory: the hard timeout frees its key, the soft one lets the stale value stand in.</summary>
public class TimeoutTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static TestCache Make(TimeSpan? soft = null) => TestCache.Make(
        o =>
        {
            o.Profiles["Default"].FactoryHardTimeout = 10 * Second;
            o.Profiles["Default"].FactorySoftTimeout = soft;
            o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1);
            o.Profiles["Default"].Duration = TimeSpan.FromMinutes(1);
        },
        services: s => s.AddScoped<Resource>());

    [Fact]
    public async Task HardTimeout_FactoryIgnoresItsToken_FreesTheKeyAndEndsTheScopeLater()
    {
        await using var node = Make();
        var source = new TestSource<string>();
        var slow = node.Cache.Load("a", source).AsTask();
        var resource = source[0].Context.Services.GetRequiredService<Resource>();
        node.Time.Advance(10 * Second - TimeSpan.FromMilliseconds(1));
        Assert.False(source[0].Token.IsCancellationRequested);
        node.Time.Advance(TimeSpan.FromMilliseconds(1));
        var fault = await Assert.ThrowsAsync<TimeoutException>(() => Eventually.DoneAsync(slow));
        Assert.Contains("'a'", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Default", fault.Message, StringComparison.Ordinal);
        Assert.Contains("00:00:10", fault.Message, StringComparison.Ordinal);
        Assert.True(source[0].Token.IsCancellationRequested);
        Assert.False(resource.IsDisposed);

        var next = node.Cache.Load("a", source);
        Assert.Equal(2, source.Count);
        source[1].Answer("new");
        Assert.Equal("new", await next);
        Assert.False(resource.IsDisposed);
        source[0].Answer("late");
        await Eventually.TrueAsync(() => resource.IsDisposed);
        Assert.Equal("new", (await node.Cache.Find<string>("a")).Value);
    }

    [Fact]
    public async Task Factory_FailsByATimeoutOfItsOwn_IsNotTakenForTheHardTimeout()
    {
        await using var node = Make();
        var own = new TimeoutRejectedException("the source's own limit");
        Assert.Same(own, await Assert.ThrowsAsync<TimeoutRejectedException>(async () => await node.Cache.Fail<string>("a", own)));
        Assert.Same(own, await Assert.ThrowsAsync<TimeoutRejectedException>(async () =>
            await node.Cache.GetOrCreateManyAsync<string>(["a"], (_, _, _) => throw own, cancellationToken: TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task HardTimeout_SensitiveProfile_NamesNoKey()
    {
        await using var node = TestCache.Make(o => o.Profiles["Default"].Sensitive = true);
        var slow = node.Cache.Load("secret-key", new TestSource<string>()).AsTask();
        node.Time.Advance(30 * Second);
        var fault = await Assert.ThrowsAsync<TimeoutException>(() => Eventually.DoneAsync(slow));
        Assert.DoesNotContain("secret-key", fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task HardTimeout_DisabledCacheAndBulk_SayTheSame()
    {
        await using var node = TestCache.Make(o => o.Enabled = false);
        await using var bulk = TestCache.Make(null, null, node.Time);
        var never = new TaskCompletionSource<IReadOnlyDictionary<string, string>>();
        Task[] slow =
        [
            node.Cache.Load("a", new TestSource<string>()).AsTask(),
            node.Cache.GetOrCreateManyAsync<string>(["a"], (_, _, _) => new(never.Task), cancellationToken: TestContext.Current.CancellationToken).AsTask(),
            bulk.Cache.GetOrCreateManyAsync<string>(["a"], (_, _, _) => new(never.Task), cancellationToken: TestContext.Current.CancellationToken).AsTask(),
        ];
        node.Time.Advance(30 * Second);
        foreach (var task in slow) await Assert.ThrowsAsync<TimeoutException>(() => Eventually.DoneAsync(task));
    }

    [Fact]
    public async Task HardTimeout_StaleValueAtHand_IsServed()
    {
        await using var node = Make();
        await node.Cache.Load("a", "old");
        node.Time.Advance(TimeSpan.FromMinutes(1));
        var call = node.Cache.Entry("a", new TestSource<string>()).AsTask();
        node.Time.Advance(10 * Second);
        var entry = await Eventually.DoneAsync(call);
        Assert.True(entry.IsStale);
        Assert.Equal("old", entry.Value);
    }

    [Fact]
    public async Task SoftTimeout_StaleValueAtHand_IsServedMarkedAndTheLoadGoesOn()
    {
        await using var node = Make(Second);
        await node.Cache.Load("a", "old");
        node.Time.Advance(TimeSpan.FromMinutes(1));
        var source = new TestSource<string>();
        using var cancel = new CancellationTokenSource();
        var call = node.Cache.GetOrCreateEntryAsync("a", source.LoadAsync, cancellationToken: cancel.Token).AsTask();
        node.Time.Advance(Second - TimeSpan.FromMilliseconds(1));
        Assert.False(call.IsCompleted);
        node.Time.Advance(TimeSpan.FromMilliseconds(1));
        var entry = await Eventually.DoneAsync(call);
        Assert.Equal("old", entry.Value);
        Assert.True(entry.IsStale);
        Assert.Equal(CacheTier.Local, entry.Tier);
        Assert.Equal(-Second, entry.TimeToLive);

        // Who comes now has the stale value at once, joins no second load, and can't cancel the one that runs.
        await cancel.CancelAsync();
        Assert.Equal("old", await node.Cache.Load("a", source));
        Assert.Equal(1, source.Count);
        Assert.False(source[0].Token.IsCancellationRequested);
        source[0].Answer("new");
        await Eventually.TrueAsync(() => node.Cache.Find<string>("a").Result.Value == "new");
        Assert.Equal("new", await node.Cache.Load("a", source));
    }

    [Fact]
    public async Task SoftTimeout_StaleWindowEndsWhileTheLoadRuns_IsServedNoMore()
    {
        await using var node = Make(Second);
        await node.Cache.Load("a", "old", new() { StaleFor = 3 * Second });
        node.Time.Advance(TimeSpan.FromMinutes(1));
        var source = new TestSource<string>();
        var first = node.Cache.Load("a", source).AsTask();
        node.Time.Advance(2 * Second);
        Assert.Equal("old", await Eventually.DoneAsync(first));
        node.Time.Advance(2 * Second);
        var second = node.Cache.Load("a", source).AsTask();
        Assert.False(second.IsCompleted);
        source[source.Count - 1].Answer("new");
        Assert.Equal("new", await second);
    }

    [Fact]
    public async Task SoftTimeout_Zero_ServesStaleWhileItRevalidates()
    {
        await using var node = Make(TimeSpan.Zero);
        await node.Cache.Load("a", "old");
        node.Time.Advance(TimeSpan.FromMinutes(1));
        var source = new TestSource<string>();
        Assert.Equal("old", await Eventually.DoneAsync(node.Cache.Load("a", source).AsTask()));
        source[0].Answer("new");
        await Eventually.TrueAsync(() => node.Cache.Load("a", source) is { IsCompletedSuccessfully: true, Result: "new" });
        Assert.Equal(1, source.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stale_LoadEndsBeforeThoseItAnsweredLook_IsAnsweredAndMarked(bool isolate)
    {
        await using var node = TestCache.Make(o => (o.Profiles["Default"].StaleFor, o.Profiles["Default"].Isolate) = (TimeSpan.FromHours(1), isolate));
        await node.Cache.Load("a", "old");
        node.Time.Advance(TimeSpan.FromHours(1));
        var second = Task.FromResult(default(CacheLookup<string>));
        var first = node.Cache.GetOrCreateEntryAsync(
            "a",
            (load, _) =>
            {
                second = node.Cache.Entry("a", "of no load").AsTask();
                Assert.True(load.Load!.TryServeFallback());
                return ValueTask.FromResult("new");
            },
            cancellationToken: TestContext.Current.CancellationToken).AsTask();
        foreach (var entry in await Eventually.DoneAsync(Task.WhenAll(first, second)))
            Assert.Equal(("old", CacheTier.Local, true), (entry.Value, entry.Tier, entry.IsStale));
    }

    [Fact]
    public async Task SoftTimeout_NoStaleValue_WaitsForTheLoad()
    {
        await using var node = Make(Second);
        var source = new TestSource<string>();
        var call = node.Cache.Load("a", source).AsTask();
        node.Time.Advance(5 * Second);
        Assert.False(call.IsCompleted);
        source[0].Answer("x");
        Assert.Equal("x", await call);
    }

    [Fact]
    public async Task SoftTimeout_FactoryIsQuicker_AnswersTheNewValue()
    {
        await using var node = Make(Second);
        await node.Cache.Load("a", "old");
        node.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal("new", await node.Cache.Load("a", "new"));
    }

    [Fact]
    public async Task SoftTimeout_LoadFailsAfterwards_WaitsBeforeTheNext()
    {
        await using var node = Make(Second);
        await node.Cache.Load("a", "old");
        node.Time.Advance(TimeSpan.FromMinutes(1));
        var source = new TestSource<string>();
        var call = node.Cache.Load("a", source).AsTask();
        node.Time.Advance(Second);
        Assert.Equal("old", await Eventually.DoneAsync(call));
        source[0].Fail(new InvalidOperationException("broken"));
        await Eventually.TrueAsync(() => node.Services.GetRequiredService<DistributedCache.Pipeline.CacheEngine>().Flights.Count == 0);
        Assert.Equal("old", await node.Cache.Load("a", source));
        Assert.Equal(1, source.Count);
        node.Time.Advance(5 * Second);
        var next = node.Cache.Load("a", source);
        Assert.Equal(2, source.Count);
        source[1].Answer("new");
        Assert.Equal("new", await next);
    }

    private sealed class Resource : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
