using DistributedCache.Pipeline;
using DistributedCache.Tests.Remote;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Pipeline;

/// <summary>Of many keys, those that are due, unverified or stale are answered and loaded behind the answer, as each is alone.</summary>
public class BulkStaleTests
{
    private static readonly string[] Keys = ["a", "b"];

    private readonly BulkSource _source = new();

    [Fact]
    public async Task Hits_RefreshIsDue_AreAnsweredAndRefreshedByOneRun()
    {
        await using var node = TestCache.Make(o => o.Profiles["Default"].EarlyRefresh = 1);
        var first = LoadAsync(node.Cache, [.. Keys, "new"]);
        node.Time.Advance(TimeSpan.FromSeconds(10));
        _source.Runs[0].Answer(new() { ["a"] = "1", ["b"] = "1" });
        await Eventually.DoneAsync(first);

        // A millisecond before the end a load of ten seconds is as good as surely due.
        node.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(["1", "1"], (await AnswerAsync(node.Cache)).Values);
        await Eventually.TrueAsync(() => _source.Runs.Count == 2);
        Assert.Equal(Keys, _source.Runs[1].Keys);
        Assert.Equal(["1", "1"], (await AnswerAsync(node.Cache)).Values);
        _source.Runs[1].Answer(new() { ["a"] = "2", ["b"] = "2" });
        await IdleAsync(node);
        Assert.Equal(["2", "2"], (await AnswerAsync(node.Cache)).Values);
        Assert.Equal(2, _source.Runs.Count);
    }

    [Fact]
    public async Task Hits_Unverified_AreAnsweredAndRefreshedByOneRun()
    {
        await using var nodes = new LossyNodes(configure: static o =>
        {
            o.Profiles["Default"].Duration = TimeSpan.FromHours(1);
            o.Profiles["Default"].WhenUnverified = UnverifiedBehavior.ServeStale;
            o.Profiles["Default"].UnverifiedFor = TimeSpan.FromMinutes(1);
        });
        foreach (var key in Keys) await nodes.A.Load(key, "1");
        nodes.Remote.Fails = static _ => true;
        nodes.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(["1", "1"], (await AnswerAsync(nodes.A)).Values);
        await Eventually.TrueAsync(() => _source.Runs.Count == 1);
        Assert.Equal(Keys, _source.Runs[0].Keys);
        _source.Runs[0].Answer(new() { ["a"] = "2", ["b"] = "2" });
        await Eventually.TrueAsync(() => nodes.Engine(0).Flights.Count == 0);
        Assert.Equal(["2", "2"], (await AnswerAsync(nodes.A)).Values);
    }

    [Fact]
    public async Task Stale_SoftTimeoutIsOver_IsServedWhileTheLoadGoesOn()
    {
        await using var node = MakeStale();
        await SetAsync(node);
        var loading = LoadAsync(node.Cache, Keys).AsTask();
        Assert.Equal(["a", "b"], Assert.Single(_source.Runs).Keys);
        Assert.False(loading.IsCompleted);
        node.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["1", "1"], (await Eventually.DoneAsync(loading)).Values);
        _source.Runs[0].Answer(new() { ["a"] = "2", ["b"] = "2" });
        await IdleAsync(node);
        Assert.Equal(["2", "2"], (await AnswerAsync(node.Cache)).Values);
        Assert.Single(_source.Runs);
    }

    [Fact]
    public async Task Stale_OneKeyHasNone_IsWaitedForWithWhatWasServed()
    {
        await using var node = MakeStale();
        await SetAsync(node);
        var loading = LoadAsync(node.Cache, [.. Keys, "c"]).AsTask();
        var single = node.Cache.Load("a", "3").AsTask();
        node.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("1", await Eventually.DoneAsync(single));
        Assert.False(loading.IsCompleted);
        _source.Runs[0].Answer(new() { ["a"] = "2", ["b"] = "2", ["c"] = "2" });
        Assert.Equal(["1", "1", "2"], (await Eventually.DoneAsync(loading)).OrderBy(static v => v.Key).Select(static v => v.Value));
    }

    [Fact]
    public async Task Stale_LoadFailsAfterItWasServed_IsNotTriedAgainAtOnce()
    {
        await using var node = MakeStale();
        await SetAsync(node);
        var loading = LoadAsync(node.Cache, Keys).AsTask();
        node.Time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.DoneAsync(loading);
        _source.Runs[0].Fail(new InvalidOperationException("broken"));
        await IdleAsync(node);
        Assert.Equal(["1", "1"], (await AnswerAsync(node.Cache)).Values);
        Assert.Single(_source.Runs);
    }

    [Fact]
    public async Task Stale_AnotherNodeLoadsIt_IsServedAndNotLoaded()
    {
        await using var nodes = new LossyNodes(configure: static o => o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1));
        foreach (var key in Keys) await nodes.A.Load(key, "1");
        await nodes.B.GetManyAsync<string>(Keys, cancellationToken: TestContext.Current.CancellationToken);
        nodes.Time.Advance(TimeSpan.FromMinutes(6));
        await nodes.SettleAsync();
        var other = new TestSource<string>();
        var loading = nodes.A.Load("a", other).AsTask();
        await Eventually.TrueAsync(() => other.Count == 1);
        var both = LoadAsync(nodes.B, Keys).AsTask();
        await Eventually.TrueAsync(() => _source.Runs.Count == 1);
        Assert.Equal(["b"], _source.Runs[0].Keys);
        _source.Runs[0].Answer(new() { ["b"] = "2" });
        Assert.Equal(["1", "2"], (await Eventually.DoneAsync(both)).OrderBy(static v => v.Key).Select(static v => v.Value));
        other[0].Answer("2");
        await Eventually.DoneAsync(loading);
    }

    private static TestCache MakeStale() => TestCache.Make(static o =>
    {
        o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1);
        o.Profiles["Default"].FactorySoftTimeout = TimeSpan.FromSeconds(1);
    });

    private static async Task SetAsync(TestCache node)
    {
        foreach (var key in Keys) await node.Cache.Load(key, "1");
        node.Time.Advance(TimeSpan.FromMinutes(5));
    }

    private static Task IdleAsync(TestCache node) => Eventually.TrueAsync(() => node.Services.GetRequiredService<CacheEngine>().Flights.Count == 0);

    // What is answered at once: one that waits for a load waits for ever, as the test has yet to end that.
    private async Task<IReadOnlyDictionary<string, string>> AnswerAsync(ITieredCache cache) => await Eventually.DoneAsync(LoadAsync(cache, Keys));

    private async ValueTask<IReadOnlyDictionary<string, string>> LoadAsync(ITieredCache cache, string[] keys) =>
        await cache.GetOrCreateManyAsync<string>(keys, _source.LoadAsync, cancellationToken: TestContext.Current.CancellationToken);
}
