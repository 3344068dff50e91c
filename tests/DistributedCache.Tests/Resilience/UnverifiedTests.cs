using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;

namespace DistributedCache.Tests.Resilience;

/// <summary>While the remote tier does not answer, a profile decides what becomes of hits that can't be verified.</summary>
public class UnverifiedTests
{
    private static LossyNodes Make(UnverifiedBehavior behaviour, int partitions = 4) => new(
        configure: o =>
        {
            o.Profiles["Default"].Duration = TimeSpan.FromHours(1);
            o.Profiles["Default"].WhenUnverified = behaviour;
            o.Profiles["Default"].UnverifiedFor = TimeSpan.FromMinutes(1);
        },
        remote: new LossyRemote(partitions));

    private static void GoAway(LossyNodes nodes, TimeSpan since)
    {
        nodes.Remote.Fails = static _ => true;
        nodes.Time.Advance(since);
    }

    [Fact]
    public async Task Hit_VerifiedAtMostMaxStalenessAgo_IsServedUnmarked()
    {
        await using var nodes = Make(UnverifiedBehavior.Refuse);
        await nodes.A.Load("k", "old");
        GoAway(nodes, TimeSpan.FromSeconds(1.5));
        var hit = await nodes.A.Entry("k", "new");
        Assert.Equal(("old", CacheTier.Local, false), (hit.Value, hit.Tier, hit.IsUnverified));
    }

    [Fact]
    public async Task Hit_ServeStale_IsServedMarkedAndRefreshedBehind()
    {
        await using var nodes = Make(UnverifiedBehavior.ServeStale);
        await nodes.A.Load("k", "old");
        GoAway(nodes, TimeSpan.FromSeconds(30));
        var hit = await nodes.A.Entry("k", "new");
        Assert.Equal(("old", true), (hit.Value, hit.IsUnverified));
        await Eventually.TrueAsync(() => nodes.Engine(0).Store.FindLocked("k") is { Value: "new" });

        // Loaded by this process just now, it can have missed nothing that is older.
        hit = await nodes.A.Entry("k", "newer");
        Assert.Equal(("new", false), (hit.Value, hit.IsUnverified));
    }

    [Fact]
    public async Task Hit_ServeStaleAndItsLoadTakesLong_IsRefreshedNoSoonerThanTenTimesThat()
    {
        await using var nodes = Make(UnverifiedBehavior.ServeStale);
        var source = new TestSource<string>();
        var loading = nodes.A.Load("k", source).AsTask();
        await Eventually.TrueAsync(() => source.Count == 1);
        nodes.Time.Advance(TimeSpan.FromSeconds(1));
        source[0].Answer("old");
        await Eventually.DoneAsync(loading);

        GoAway(nodes, TimeSpan.FromSeconds(8.5));
        Assert.True((await nodes.A.Entry("k", source)).IsUnverified);

        // Behind a refresh, had there been one.
        for (var i = 0; i < Environment.ProcessorCount; i++) await Task.Run(static () => { }, TestContext.Current.CancellationToken);
        Assert.Equal(1, source.Count);
        nodes.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await nodes.A.Entry("k", source)).IsUnverified);
        await Eventually.TrueAsync(() => source.Count == 2);
        source[1].Answer("new");
    }

    [Fact]
    public async Task Hit_ServeStaleForLongerThanUnverifiedFor_Loads()
    {
        await using var nodes = Make(UnverifiedBehavior.ServeStale);
        await nodes.A.Load("k", "old");
        GoAway(nodes, TimeSpan.FromMinutes(2));
        Assert.Equal("new", (await nodes.A.Entry("k", "new")).Value);
    }

    [Theory]
    [InlineData(UnverifiedBehavior.Revalidate)]
    [InlineData(UnverifiedBehavior.Refuse)]
    public async Task Hit_TierIsAwayAndProfileDoesNotServeStale_Loads(UnverifiedBehavior behaviour)
    {
        await using var nodes = Make(behaviour);
        await nodes.A.Load("k", "old");
        GoAway(nodes, TimeSpan.FromSeconds(30));
        Assert.Equal("new", await nodes.A.Load("k", "new"));
    }

    [Fact]
    public async Task Hit_RevalidateAndHeadsAloneFail_AsksAndServes()
    {
        await using var nodes = Make(UnverifiedBehavior.Revalidate);
        await nodes.A.Load("k", "old");
        nodes.Remote.Fails = static step => step is "ReadHeads";
        nodes.Time.Advance(TimeSpan.FromSeconds(30));
        var hit = await nodes.A.Entry("k", "new");
        Assert.Equal(("old", CacheTier.Local, false), (hit.Value, hit.Tier, hit.IsUnverified));
    }

    [Fact]
    public async Task Hit_AnotherPartitionIsSilent_IsServedUnmarked()
    {
        await using var nodes = Make(UnverifiedBehavior.Refuse);
        await nodes.A.Load("k", "old");
        var own = nodes.Engine(0).Key("", "k").Partition;
        nodes.Remote.IsSilent = p => p != own;
        for (var i = 0; i < 60; i++) nodes.Time.Advance(LossyNodes.Beat);
        await Eventually.TrueAsync(() => nodes.Engine(0).Clock.Now - nodes.Engine(0).Coherence[own].VerifiedAt < 1_000, () => nodes.Time.Advance(LossyNodes.Beat));
        Assert.Equal("old", await nodes.A.Load("k", "new"));
        nodes.Remote.IsSilent = p => p == own;
        nodes.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal("new", await nodes.A.Load("k", "new"));
    }

    [Fact]
    public async Task RemoteHit_PartitionUnverified_FollowsTheProfile()
    {
        foreach (var behaviour in Enum.GetValues<UnverifiedBehavior>())
        {
            await using var nodes = Make(behaviour);
            await nodes.A.Load("k", "old");
            nodes.Remote.Fails = static step => step is "ReadHeads" or "ReadMarks";
            nodes.Time.Advance(TimeSpan.FromSeconds(30));
            var hit = await nodes.B.Entry("k", "new");
            var expected = behaviour == UnverifiedBehavior.ServeStale ? ("old", CacheTier.Remote, true) : ("new", CacheTier.Source, false);
            Assert.Equal(expected, (hit.Value, hit.Tier, hit.IsUnverified));
        }
    }

    [Fact]
    public async Task Primary_ReadFromTheTierWhilePartitionsAreUnverified_IsServedUnmarked()
    {
        await using var nodes = new LossyNodes(configure: o => o.Profiles["session"] = new() { Keys = ["s:"], Primary = true, Duration = TimeSpan.FromHours(1) });
        await nodes.A.Set("s:1", "x");
        nodes.Remote.Fails = static step => step is "ReadHeads" or "ReadMarks";
        nodes.Time.Advance(TimeSpan.FromSeconds(30));
        var hit = await nodes.B.Find<string>("s:1");
        Assert.Equal(("x", CacheTier.Remote, false), (hit.Value, hit.Tier, hit.IsUnverified));
    }

    [Fact]
    public async Task Load_TierNeverAnswered_IsServedFromL1WhileItIsRecent()
    {
        var remote = new LossyRemote { Fails = static _ => true };
        await using var nodes = new LossyNodes(1, o => o.Profiles["Default"].WhenUnverified = UnverifiedBehavior.Refuse, remote);
        await nodes.A.Load("k", 1);
        nodes.Time.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(1, await nodes.A.Load("k", 2));
        nodes.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, await nodes.A.Load("k", 2));
    }

    [Fact]
    public async Task Join_LoadIsOlderThanMaxStalenessAndUnverified_BeginsAnother()
    {
        await using var nodes = Make(UnverifiedBehavior.Refuse);
        nodes.Remote.Fails = static _ => true;
        var source = new TestSource<int>();
        var first = nodes.A.Load("k", source).AsTask();
        nodes.Time.Advance(TimeSpan.FromSeconds(1));
        var second = nodes.A.Load("k", source).AsTask();
        Assert.Equal(1, source.Count);
        nodes.Time.Advance(TimeSpan.FromSeconds(5));
        var third = nodes.A.Load("k", source).AsTask();
        await Eventually.TrueAsync(() => source.Count == 2);
        source[0].Answer(1);
        source[1].Answer(2);
        Assert.Equal((1, 1, 2), (await first, await second, await third));
    }

    [Fact]
    public async Task Start_TierIsAwayAndComesBack_FollowsAndRegisters()
    {
        var remote = new LossyRemote { Fails = static _ => true };
        await using var nodes = new LossyNodes(remote: remote);
        await nodes.A.Load("k", 1);
        remote.Fails = static _ => false;
        await nodes.SettleAsync();
        await nodes.A.Remove("k");
        await nodes.A.Load("k", 2);
        var hit = await nodes.B.Entry("k", 3);
        Assert.Equal((2, CacheTier.Remote), (hit.Value, hit.Tier));
        await nodes.A.Remove("k");
        Assert.Equal(4, await nodes.B.Load("k", 4));
    }

    [Fact]
    public async Task Heartbeat_TierIsAway_IsReportedOnceUntilItIsBack()
    {
        await using var nodes = new LossyNodes(1);
        var faults = 0;
        nodes.Engine(0).Faults.Counted += kind => faults += kind == "remote" ? 1 : 0;
        nodes.Remote.Fails = static _ => true;
        for (var i = 0; i < 10; i++) nodes.Time.Advance(LossyNodes.Beat);
        Assert.Equal(1, faults);
        nodes.Remote.Fails = static _ => false;
        nodes.Time.Advance(LossyNodes.Beat);
        nodes.Remote.Fails = static _ => true;
        nodes.Time.Advance(LossyNodes.Beat);
        Assert.Equal(2, faults);
    }
}
