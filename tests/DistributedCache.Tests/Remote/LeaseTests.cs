using DistributedCache.Pipeline;
using DistributedCache.Remote;
using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Remote;

/// <summary>One load a key across nodes: the others wait for the holder, and take over from one that gave up or died.</summary>
public class LeaseTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    [Fact]
    public async Task GetOrCreateAsync_OtherNodeIsLoading_WaitsForItsValue()
    {
        await using var two = TwoNodes.Make();
        var a = new TestSource<string>();
        var b = new TestSource<string>();
        var holder = two.A.Load("k", a).AsTask();
        var loser = two.B.Entry("k", b).AsTask();
        for (var i = 0; i < 20; i++) two.Time.Advance(Step);
        Assert.False(loser.IsCompleted);
        a[0].Answer("x");
        Assert.Equal("x", await holder);
        var entry = await Eventually.DoneAsync(new ValueTask<CacheLookup<string>>(loser), two.Time, Step);
        Assert.Equal(("x", CacheTier.Remote, 0), (entry.Value, entry.Tier, b.Count));
    }

    [Fact]
    public async Task GetOrCreateAsync_OtherNodeIsLoadingAndAStaleValueIsAtHand_ServesIt()
    {
        await using var two = TwoNodes.Make(configure: o => o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1));
        await two.A.Load("k", "old", new() { Duration = TimeSpan.FromSeconds(1) });
        await two.B.Find<string>("k");
        two.Time.Advance(TimeSpan.FromSeconds(1));
        var a = new TestSource<string>();
        var holder = two.A.Load("k", a);
        var stale = await two.B.Entry("k", new TestSource<string>());
        Assert.Equal(("old", true), (stale.Value, stale.IsStale));
        a[0].Answer("new");
        await holder;
        Assert.Equal("new", await two.B.Load("k", "newer"));
    }

    [Fact]
    public async Task GetOrCreateAsync_StoredValueHasEndedByThisNodesClock_IsLoadedAnew()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new InProcessRemote(timeProvider: time);
        await using var behind = TestCache.Make(remote: remote, time: time);
        await using var ahead = TestCache.Make(remote: remote, time: new FakeTimeProvider(time.GetUtcNow().AddDays(1)));
        await behind.Cache.Load("k", "old", new() { Duration = TimeSpan.FromHours(1) });

        // Whoever was answered with it again and again would not come back.
        var loading = Task.Run(() => ahead.Cache.Load("k", "new").AsTask(), TestContext.Current.CancellationToken);
        Assert.Equal("new", await loading.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task GetOrCreateAsync_HolderFails_AnotherTakesOver()
    {
        await using var two = TwoNodes.Make();
        var a = new TestSource<string>();
        var b = new TestSource<string>();
        var holder = two.A.Load("k", a).AsTask();
        var loser = two.B.Load("k", b).AsTask();
        a[0].Fail(new InvalidOperationException("broken"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => holder);
        await Eventually.TrueAsync(() => b.Count == 1, () => two.Time.Advance(Step));
        b[0].Answer("y");
        Assert.Equal("y", await loser);
    }

    [Fact]
    public async Task GetOrCreateAsync_HolderGivesUp_AnotherTakesOver()
    {
        await using var two = TwoNodes.Make();
        var a = new TestSource<string>();
        var b = new TestSource<string>();
        using var cancel = new CancellationTokenSource();
        var holder = two.A.GetOrCreateAsync("k", a.LoadAsync, cancellationToken: cancel.Token).AsTask();
        var loser = two.B.Load("k", b).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => holder);
        await Eventually.TrueAsync(() => b.Count == 1, () => two.Time.Advance(Step));
        b[0].Answer("y");
        Assert.Equal("y", await loser);
    }

    [Fact]
    public async Task GetOrCreateAsync_HolderDied_TakesOverWhenTheLeaseEnds()
    {
        await using var two = TwoNodes.Make();
        IRemoteTier tier = two.Remote;
        var key = two.NodeA.Services.GetRequiredService<CacheEngine>().Key("", "k");
        Assert.True((await tier.LeaseAsync(key, 1, 0, default, TestContext.Current.CancellationToken)).IsGranted);
        var source = new TestSource<string>();
        var loading = two.B.Load("k", source).AsTask();
        var began = two.Time.GetTimestamp();

        // In small steps: on a busy machine the clock goes on while the loser is on its way.
        await Eventually.TrueAsync(() => source.Count == 1, () => two.Time.Advance(Step / 10));
        Assert.InRange(two.Time.GetElapsedTime(began), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(12));
        source[0].Answer("y");
        Assert.Equal("y", await loading);
        Assert.Equal("y", (await two.A.Find<string>("k")).Value);
    }

    [Fact]
    public async Task Fill_HolderHungUntilAnotherTookOver_IsRefused()
    {
        await using var two = TwoNodes.Make();
        await using var hung = TestCache.Make(remote: two.Remote, time: new FakeTimeProvider(two.Time.GetUtcNow()));
        var a = new TestSource<string>();
        var b = new TestSource<string>();

        // Its clock stands still: it prolongs nothing, and does not know how long it was away.
        var late = hung.Cache.Load("k", a).AsTask();
        await Eventually.TrueAsync(() => a.Count == 1);
        var loading = two.B.Load("k", b).AsTask();
        await Eventually.TrueAsync(() => b.Count == 1, () => two.Time.Advance(Step));
        a[0].Answer("old");
        Assert.Equal("old", await Eventually.DoneAsync(late));
        b[0].Answer("new");
        Assert.Equal("new", await Eventually.DoneAsync(loading));
        Assert.Equal("new", (await two.A.Find<string>("k")).Value);
        Assert.Equal("new", await hung.Cache.Load("k", "newer"));
    }

    [Fact]
    public async Task GetOrCreateAsync_FactoryTakesLongerThanTheLease_KeepsIt()
    {
        await using var two = TwoNodes.Make();
        var a = new TestSource<string>();
        var b = new TestSource<string>();
        var holder = two.A.Load("k", a).AsTask();
        var loser = two.B.Load("k", b).AsTask();
        for (var i = 0; i < 29; i++) two.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, b.Count);
        a[0].Answer("x");
        Assert.Equal("x", await holder);
        Assert.Equal("x", await Eventually.DoneAsync(new ValueTask<string>(loser), two.Time, Step));
        Assert.Equal("x", (await two.A.Find<string>("k")).Value);
    }

    [Fact]
    public async Task GetOrCreateAsync_CallerWaitsForAnotherNodeAndCancels_Ends()
    {
        await using var two = TwoNodes.Make();
        _ = two.A.Load("k", new TestSource<string>());
        using var cancel = new CancellationTokenSource();
        var loser = two.B.GetOrCreateAsync("k", new TestSource<string>().LoadAsync, cancellationToken: cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loser);
        await Eventually.TrueAsync(() => two.NodeB.Services.GetRequiredService<CacheEngine>().Flights.Count == 0);
    }

    [Fact]
    public async Task Fill_KeyRemovedMeanwhile_IsStoredNowhere()
    {
        await using var two = TwoNodes.Make();
        var source = new TestSource<string>();
        var holder = two.A.Load("k", source).AsTask();
        await two.B.Remove("k");
        source[0].Answer("old");
        Assert.Equal("old", await holder);
        IRemoteTier tier = two.Remote;
        Assert.Null(await tier.GetAsync(two.NodeA.Services.GetRequiredService<CacheEngine>().Key("", "k"), TestContext.Current.CancellationToken));
        Assert.False((await two.A.Find<string>("k")).HasValue);
    }
}
