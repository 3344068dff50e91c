using DistributedCache.Tests.Pipeline;

namespace DistributedCache.Tests.Remote;

/// <summary>Who waits for another node's load hears of its end at once.</summary>
public class WakeTests
{
    [Fact]
    public async Task GetOrCreateAsync_OtherNodeFills_IsWoken()
    {
        await using var two = TwoNodes.Make();
        var source = new TestSource<string>();
        var holder = two.A.Load("k", source).AsTask();
        var loser = two.B.Entry("k", "never").AsTask();
        source[0].Answer("x");
        Assert.Equal("x", await holder);
        var entry = await Eventually.DoneAsync(loser);
        Assert.Equal(("x", CacheTier.Remote), (entry.Value, entry.Tier));
    }

    [Fact]
    public async Task GetOrCreateAsync_OtherNodeFails_TakesOverAtOnce()
    {
        await using var two = TwoNodes.Make();
        var source = new TestSource<string>();
        var holder = two.A.Load("k", source).AsTask();
        var loser = two.B.Load("k", "y").AsTask();
        source[0].Fail(new InvalidOperationException("broken"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => holder);
        Assert.Equal("y", await Eventually.DoneAsync(loser));
    }

    [Fact]
    public async Task GetOrCreateAsync_KeyIsRemovedMeanwhile_LoadsAtOnce()
    {
        await using var two = TwoNodes.Make();
        var source = new TestSource<string>();
        var holder = two.A.Load("k", source).AsTask();
        var loser = two.B.Load("k", "y").AsTask();
        await two.A.Remove("k");
        Assert.Equal("y", await Eventually.DoneAsync(loser));
        source[0].Answer("x");
        Assert.Equal("x", await holder);
    }
}
