using System.Diagnostics;
using DistributedCache.Expiry;
using DistributedCache.Pipeline;
using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Expiry;

/// <summary>A hit near the end refreshes behind its answer, the earlier the more the load costs and the larger β is.</summary>
public class EarlyRefreshTests
{
    private static readonly AsyncLocal<string?> Ambient = new();

    [Fact]
    public void IsDue_LargerProduct_ComesEarlierAndNoneNever()
    {
        const int Seed = 20150;
        double Mean(long delta, double beta)
        {
            // Of many draws, how long before the end a hit each millisecond first refreshes.
            var random = new Random(Seed);
            var sum = 0.0;
            for (var i = 0; i < 2_000; i++)
            {
                var remaining = 2_000L;
                while (remaining > 0 && !EarlyRefresh.IsDue(remaining, delta, beta, 1 - random.NextDouble())) remaining -= 5;
                sum += remaining;
            }

            return sum / 2_000;
        }

        var means = new[] { Mean(10, 1), Mean(20, 1), Mean(20, 2), Mean(80, 1) };
        Assert.Equal(means.Order(), means);
        Assert.True(means[0] > 0);
        Assert.InRange(means[1] / means[0], 1.5, 3);
        for (var i = 0; i < 10_000; i++) Assert.False(EarlyRefresh.IsDue(1, 1_000_000, 0, 1e-300));
        Assert.False(EarlyRefresh.IsDue(1, 1_000, 1, 1));
    }

    [Fact]
    public async Task Hit_BetaZero_NeverRefreshes()
    {
        await using var node = TestCache.Make();
        var source = new TestSource<int>();
        var first = node.Cache.Load("a", source);
        node.Time.Advance(TimeSpan.FromSeconds(20));
        source[0].Answer(1);
        await first;
        node.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < 1_000; i++) await node.Cache.Load("a", source);
        Assert.Equal(1, source.Count);
    }

    [Fact]
    public async Task Hit_RefreshIsDue_AnswersAtOnceAndRefreshesOnceInACleanContextLinkedToTheCause()
    {
        var activities = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "DistributedCache",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStarted = activity =>
            {
                lock (activities) activities.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var node = TestCache.Make(o => o.Profiles["Default"].EarlyRefresh = 1);
        var source = new TestSource<string>();
        var seen = new List<string?>();
        var first = node.Cache.Load("a", source);
        node.Time.Advance(TimeSpan.FromSeconds(10));
        source[0].Answer("old");
        await first;

        // A millisecond before the end a load of ten seconds is as good as surely due.
        node.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        using var cause = new Activity("request").Start();
        Ambient.Value = "request";
        Func<LoadContext, CancellationToken, ValueTask<string>> factory = (load, token) =>
        {
            lock (seen) seen.Add(Ambient.Value);
            return source.LoadAsync(load, token);
        };
        for (var i = 0; i < 50; i++) Assert.Equal("old", await node.Cache.GetOrCreateAsync("a", factory, cancellationToken: TestContext.Current.CancellationToken));
        await Eventually.TrueAsync(() => source.Count == 2);
        for (var i = 0; i < 50; i++) Assert.Equal("old", await node.Cache.GetOrCreateAsync("a", factory, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal([null], seen);
        Activity[] begun;
        lock (activities) begun = [.. activities];
        var refresh = Assert.Single(begun, a => a.Links.Any(link => link.Context.TraceId == cause.TraceId));
        Assert.NotEqual(cause.TraceId, refresh.TraceId);
        source[1].Answer("new");
        await Eventually.TrueAsync(() => node.Cache.Find<string>("a").Result.Value == "new");
        Assert.Equal(2, source.Count);
    }

    [Fact]
    public async Task Refresh_Fails_TheValueStaysForItsLifetime()
    {
        await using var node = TestCache.Make(o => o.Profiles["Default"].EarlyRefresh = 1);
        var source = new TestSource<string>();
        var first = node.Cache.Load("a", source);
        node.Time.Advance(TimeSpan.FromSeconds(10));
        source[0].Answer("old");
        await first;
        node.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(2));
        await Eventually.TrueAsync(() => source.Count == 2, () => node.Cache.Load("a", source).AsTask().Wait(TestContext.Current.CancellationToken));
        source[1].Fail(new InvalidOperationException("broken"));
        await Eventually.TrueAsync(() => node.Services.GetRequiredService<CacheEngine>().Flights.Count == 0);
        var hit = await node.Cache.Entry("a", source);
        Assert.Equal(("old", false), (hit.Value, hit.IsStale));
        node.Time.Advance(TimeSpan.FromMilliseconds(2));
        Assert.Equal("new", await node.Cache.Load("a", "new"));
    }

    [Fact]
    public async Task Refresh_AnotherNodeHasRefreshed_TakesItsValue()
    {
        await using var two = TwoNodes.Make(configure: o => o.Profiles["Default"].EarlyRefresh = 1);
        var source = new TestSource<string>();
        var first = two.A.Load("a", source);
        two.Time.Advance(TimeSpan.FromSeconds(5));
        source[0].Answer("old");
        await first;
        await two.B.Find<string>("a");
        two.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        await Eventually.TrueAsync(() => source.Count == 2, () => two.A.Load("a", source).AsTask().Wait(TestContext.Current.CancellationToken));
        source[1].Answer("new");
        await Eventually.TrueAsync(() => two.A.Find<string>("a").Result.Value == "new");
        await Eventually.TrueAsync(() => two.B.Find<string>("a").Result.Value == "new", () => two.B.Load("a", source).AsTask().Wait(TestContext.Current.CancellationToken));
        Assert.Equal(2, source.Count);
    }

    [Fact]
    public async Task ForegroundLoad_SeesTheFirstCallersContext()
    {
        await using var node = TestCache.Make();
        Ambient.Value = "first";
        var seen = await node.Cache.GetOrCreateAsync("a", async (_, _) =>
        {
            await Task.Yield();
            return Ambient.Value;
        }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("first", seen);
    }
}
