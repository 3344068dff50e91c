using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;

namespace DistributedCache.Tests.Coherence;

/// <summary>What a message that never came would have told is found out, and until then nothing is served as verified for too long.</summary>
public class LostMessageTests
{
    [Fact]
    public async Task Remove_MessageArrives_IsGoneAtOnce()
    {
        await using var nodes = new LossyNodes();
        await nodes.A.Load("k", "old");
        Assert.Equal("old", await nodes.B.Load("k", "other"));
        await nodes.A.Remove("k");
        Assert.Equal("new", await nodes.B.Load("k", "new"));
    }

    [Fact]
    public async Task Remove_LastMessageIsLost_OneHeartbeatHeals()
    {
        await using var nodes = new LossyNodes();
        await nodes.A.Load("k", "old");
        await nodes.B.Load("k", "old");
        nodes.Remote.Fates = static (node, _) => node == 1 ? Fate.Lost : Fate.Delivered;
        await nodes.A.Remove("k");
        Assert.Equal("old", await nodes.B.Load("k", "new"));
        nodes.Time.Advance(LossyNodes.Beat);
        await Eventually.TrueAsync(() => nodes.Engine(1).Store.FindLocked("k") is null);
        Assert.Equal("new", await nodes.B.Load("k", "new"));
    }

    [Fact]
    public async Task Remove_LastMessageIsLostWhileRegisteringIsNotAnswered_OneHeartbeatHeals()
    {
        await using var nodes = new LossyNodes();
        nodes.Remote.Delays = static step => step == "Register" ? new TaskCompletionSource().Task : null;
        nodes.Time.Advance(TimeSpan.FromMinutes(10));
        await nodes.A.Load("k", "old");
        await nodes.B.Load("k", "old");
        nodes.Remote.Fates = static (node, _) => node == 1 ? Fate.Lost : Fate.Delivered;
        await nodes.A.Remove("k");
        nodes.Time.Advance(LossyNodes.Beat);
        await Eventually.TrueAsync(() => nodes.Engine(1).Store.FindLocked("k") is null);
    }

    [Fact]
    public async Task Remove_MessageIsLostAndAnotherComes_IsHealedAtOnce()
    {
        await using var nodes = new LossyNodes(remote: new LossyRemote(partitions: 1));
        await nodes.B.Load("k", "old");
        nodes.Remote.Fates = static (node, _) => node == 1 ? Fate.Lost : Fate.Delivered;
        await nodes.A.Remove("k");
        nodes.Remote.Fates = static (_, _) => Fate.Delivered;
        await nodes.A.Remove("other");
        await Eventually.TrueAsync(() => nodes.Engine(1).Store.FindLocked("k") is null);
    }

    [Fact]
    public async Task RemoveByTag_MessageIsLost_OneHeartbeatHeals()
    {
        await using var nodes = new LossyNodes();
        await nodes.B.Load("k", "old", null, "t");
        nodes.Remote.Fates = static (node, _) => node == 1 ? Fate.Lost : Fate.Delivered;
        await nodes.A.RemoveTag("t");
        await nodes.SettleAsync();
        Assert.Equal("new", await nodes.B.Load("k", "new", null, "t"));
    }

    [Fact]
    public async Task Remove_MoreLostThanTheLogHolds_DropsThePartition()
    {
        await using var nodes = new LossyNodes(remote: new LossyRemote(partitions: 1, logLength: 4));
        await nodes.B.Load("k", "old");
        await nodes.B.Load("kept", "old");
        var generation = nodes.Engine(1).Coherence[0].Generation;
        nodes.Remote.Fates = static (node, _) => node == 1 ? Fate.Lost : Fate.Delivered;
        await nodes.A.Remove("k");
        for (var i = 0; i < 6; i++) await nodes.A.Remove($"other{i}");
        await nodes.SettleAsync();
        Assert.True(nodes.Engine(1).Coherence[0].Generation > generation);
        Assert.Equal("new", await nodes.B.Load("k", "new"));
        var kept = await nodes.B.Entry("kept", "new");
        Assert.Equal(("old", CacheTier.Remote), (kept.Value, kept.Tier));
    }

    [Fact]
    public async Task Evicted_StateOfAPartition_EntriesOfItAreInvalid()
    {
        await using var nodes = new LossyNodes(remote: new LossyRemote(partitions: 1));
        await nodes.A.Load("k", "old");
        await nodes.B.Load("k", "old");
        nodes.Remote.Evict(0);
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        Assert.Equal("new", await nodes.B.Load("k", "new"));
        Assert.Equal("new", await nodes.A.Load("k", "newer"));
    }

    [Fact]
    public async Task FailOver_NothingIsForgotten_L1StaysValid()
    {
        await using var nodes = new LossyNodes(remote: new LossyRemote(partitions: 1));
        await nodes.A.Load("k", "old");
        await nodes.B.Load("k", "old");
        await nodes.A.Remove("other");
        nodes.Remote.FailOver(0);
        await nodes.A.Remove("other");
        await nodes.SettleAsync();
        Assert.Equal(CacheTier.Local, (await nodes.B.Entry("k", "new")).Tier);
        await nodes.A.Remove("k");
        Assert.Equal("new", await nodes.B.Load("k", "new"));
    }

    [Fact]
    public async Task FailOver_ForgetsARemoval_WhatItBringsBackIsNotServedByWhoKnew()
    {
        await using var nodes = new LossyNodes(remote: new LossyRemote(partitions: 1));
        await nodes.A.Load("k", "old");
        await nodes.A.Remove("other");
        await nodes.A.Remove("k");
        nodes.Remote.FailOver(0, forgotten: 2);
        await nodes.SettleAsync();
        Assert.Equal("new", await nodes.B.Load("k", "new"));
        Assert.Equal("new", await nodes.A.Load("k", "newer"));
    }
}
