using DistributedCache.Coherence;
using DistributedCache.Tests.Pipeline;

namespace DistributedCache.Tests.Remote;

/// <summary>Invalidations reach the entries of registered versions alone: others are not served.</summary>
public class VersionFloorTests
{
    private static LossyRemote One => new(partitions: 1);

    [Fact]
    public async Task Find_EntryOfAVersionThatWasForgottenAndRegisteredAgain_IsNotServed()
    {
        await using var nodes = new LossyNodes(remote: One);
        await nodes.A.Load("k", "old");
        nodes.Remote.Unregister(0);
        await nodes.A.Remove("k");
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        Assert.True(nodes.Engine(0).Coherence[0].AreRegistered([nodes.Engine(0).Key("", "k").Version]));
        Assert.False((await nodes.B.Find<string>("k")).HasValue);
        Assert.Equal("new", await nodes.B.Load("k", "new"));
        Assert.Equal("new", (await nodes.A.Find<string>("k")).Value);
    }

    [Fact]
    public async Task Registration_TenMinutesLater_IsRepeated()
    {
        await using var nodes = new LossyNodes(1);
        Assert.Equal(1, nodes.Remote.Calls["Register"]);
        nodes.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(1, nodes.Remote.Calls["Register"]);
        nodes.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(2, nodes.Remote.Calls["Register"]);
    }

    [Fact]
    public async Task Start_PartitionDoesNotAnswer_IsRegisteredAtALaterHeartbeat()
    {
        var remote = One;
        remote.IsSilent = static _ => true;
        await using var nodes = new LossyNodes(remote: remote);
        Assert.False(nodes.Engine(0).Coherence[0].HasHead);
        remote.IsSilent = static _ => false;
        await nodes.SettleAsync();
        await nodes.A.Load("k", 1);
        Assert.Equal(CacheTier.Remote, (await nodes.B.Entry("k", 2)).Tier);
    }

    [Fact]
    public async Task Start_MarksWereReadWhole_OlderEntriesCostNoLookUp()
    {
        await using var nodes = new LossyNodes(remote: One);
        await nodes.A.Load("gone", 1, null, "t");
        await nodes.A.Load("k", 1, null, "u");
        await nodes.A.RemoveTag("t");
        await nodes.A.Remove("x");
        await using var late = nodes.Add();
        Assert.Equal(1, await late.Cache.Load("k", 2));
        Assert.Equal(2, await late.Cache.Load("gone", 2));
        Assert.False(nodes.Remote.Calls.ContainsKey("ReadMarks"));
    }

    [Fact]
    public void VersionFloor_LowerOneComesLate_DoesNotFall()
    {
        var partition = new CoherenceState(1, 1_000, 8, new NoDrops())[0];
        partition.Drop(Head(5, ("v", 4)));
        partition.Verify(Head(5, ("v", 3)), partition.Known, 1);
        Assert.False(partition.Covers("v", 3));
        Assert.True(partition.Covers("v", 4));
        Assert.False(partition.Covers("w", 5));
        partition.Drop(Head(5, ("v", 2)) with { Incarnation = 2 });
        Assert.True(partition.Covers("v", 2));
    }

    private sealed class NoDrops : ILocalDrops
    {
        public void DropBelow(string index, long sequence)
        {
        }

        public void ExpireBelow(string index, long sequence)
        {
        }
    }

    private static Head Head(long sequence, params (string Version, long Floor)[] floors) =>
        new(1, 0, sequence, 0, floors.ToDictionary(static f => f.Version, static f => f.Floor));
}
