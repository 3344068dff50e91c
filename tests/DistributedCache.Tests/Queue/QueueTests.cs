using DistributedCache.Pipeline;
using DistributedCache.Remote;
using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Queue;

/// <summary>Invalidations while the remote tier is away: they hold here at once, and everywhere once it is back.</summary>
public class QueueTests
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);

    private bool _isAway;

    public enum By
    {
        Remove,
        Expire,
        Tag,
        Prefix,
        Clear,
    }

    private TestCache Make(TwoNodes two, Action<TieredCacheOptions>? configure = null, Func<string, bool>? fails = null) => TestCache.Make(
        configure, null, two.Time, services => services.AddSingleton<IRemoteTier>(new FailingRemote(two.Remote, step => _isAway && (fails?.Invoke(step) ?? true))));

    [Theory]
    [InlineData(By.Remove)]
    [InlineData(By.Expire)]
    [InlineData(By.Tag)]
    [InlineData(By.Prefix)]
    [InlineData(By.Clear)]
    public async Task Invalidate_TierIsAway_HoldsHereAtOnceAndEverywhereLater(By by)
    {
        await using var two = TwoNodes.Make();
        await using var node = Make(two);
        await node.Cache.Load("a:1", "old", null, "t");
        await two.B.Load("a:1", "unused", null, "t");
        _isAway = true;
        Assert.Equal(InvalidationStatus.Queued, (await InvalidateAsync(node.Cache, by)).Status);
        Assert.False((await node.Cache.Find<string>("a:1")).HasValue);
        two.Time.Advance(Beat);

        // What is loaded since is valid here.
        Assert.Equal("new", await node.Cache.Load("a:1", "new", null, "t"));
        Assert.Equal("new", await node.Cache.Load("a:1", "newer", null, "t"));
        Assert.Equal("old", (await two.B.Find<string>("a:1")).Value);

        _isAway = false;
        var queue = node.Services.GetRequiredService<CacheEngine>().Queue;
        await Eventually.TrueAsync(() => queue.Length == 0, () => two.Time.Advance(Beat));
        Assert.False((await two.B.Find<string>("a:1")).HasValue);
    }

    [Fact]
    public async Task Load_TagInvalidationIsQueued_IsNeitherReadFromNorSentToTheTier()
    {
        await using var two = TwoNodes.Make();
        await using var node = Make(two, fails: step => step == "Invalidate");
        await two.B.Load("a:1", "old", null, "t");
        await two.B.Load("a:2", "kept", null, "other");
        _isAway = true;
        await node.Cache.RemoveTag("t");
        await node.Cache.Remove("a:3");
        two.Time.Advance(Beat);
        Assert.Equal("new", await node.Cache.Load("a:1", "new", null, "t"));
        Assert.Equal("kept", await node.Cache.Load("a:2", "unused", null, "other"));
        Assert.Equal("x", await node.Cache.Load("a:3", "x"));
        await using var fresh = Make(two, fails: _ => false);
        Assert.Equal("old", (await fresh.Cache.Find<string>("a:1")).Value);
        Assert.False((await fresh.Cache.Find<string>("a:3")).HasValue);
    }

    [Fact]
    public async Task Load_UnderWayWhenItsTagIsQueued_IsNotKeptAndNotJoined()
    {
        await using var two = TwoNodes.Make();
        await using var node = Make(two);
        var source = new TestSource<string>();
        var early = node.Cache.Load("a:1", source, null, "t").AsTask();
        await Eventually.TrueAsync(() => source.Count == 1);
        _isAway = true;
        await node.Cache.RemoveTag("t");
        two.Time.Advance(Beat);
        var newcomer = node.Cache.Load("a:1", source, null, "t").AsTask();
        await Eventually.TrueAsync(() => source.Count == 2);
        source[0].Answer("old");
        source[1].Answer("new");
        Assert.Equal(("old", "new"), (await early, await newcomer));
        Assert.NotEqual("old", (await node.Cache.Find<string>("a:1")).Value);
    }

    [Fact]
    public async Task Add_MoreThanTheBound_InvalidatesEverythingOnReturn()
    {
        await using var two = TwoNodes.Make(partitions: 2);
        await using var node = Make(two, o => o.MaximumQueuedInvalidations = 3);
        await two.B.Load("a", "old");
        await two.B.ForTenant("x").Load("a", "old");
        _isAway = true;
        for (var i = 0; i < 5; i++) await node.Cache.RemoveTag($"t{i}");
        _isAway = false;
        var queue = node.Services.GetRequiredService<CacheEngine>().Queue;
        await Eventually.TrueAsync(() => queue.Length == 0, () => two.Time.Advance(Beat));
        Assert.False((await two.B.Find<string>("a")).HasValue);
        Assert.False((await two.B.ForTenant("x").Find<string>("a")).HasValue);
    }

    [Fact]
    public async Task Dispose_TierIsBack_SendsWhatWaits()
    {
        await using var two = TwoNodes.Make();
        var node = Make(two);
        await two.B.Load("a", "old", null, "t");
        _isAway = true;
        await node.Cache.RemoveTag("t");
        _isAway = false;
        await node.DisposeAsync();
        Assert.False((await two.B.Find<string>("a")).HasValue);
    }

    [Fact]
    public async Task Set_TierIsAway_IsSentAsARemoval()
    {
        await using var two = TwoNodes.Make();
        await using var node = Make(two);
        await two.B.Set("a", "old");
        await node.Cache.Find<string>("a");
        _isAway = true;
        Assert.Equal(InvalidationStatus.Queued, (await node.Cache.Set("a", "new")).Status);
        Assert.Equal("loaded", await node.Cache.Load("a", "loaded"));
        _isAway = false;
        var queue = node.Services.GetRequiredService<CacheEngine>().Queue;
        await Eventually.TrueAsync(() => queue.Length == 0, () => two.Time.Advance(Beat));
        Assert.False((await two.B.Find<string>("a")).HasValue);
    }

    private static ValueTask<InvalidationResult> InvalidateAsync(ITieredCache cache, By by) => by switch
    {
        By.Remove => cache.Remove("a:1"),
        By.Expire => cache.Expire("a:1"),
        By.Tag => cache.RemoveTag("t"),
        By.Prefix => cache.RemovePrefix("a:"),
        _ => cache.Clear(),
    };
}
