using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;

namespace DistributedCache.Tests.Coherence;

/// <summary>A load that knows of an invalidation knows how new its source has to be.</summary>
public class SourceVersionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public enum By
    {
        Remove,
        Expire,
        Tag,
        Prefix,
        Clear,
    }

    [Theory]
    [InlineData(By.Remove)]
    [InlineData(By.Expire)]
    [InlineData(By.Tag)]
    [InlineData(By.Prefix)]
    [InlineData(By.Clear)]
    public async Task Load_AfterAnotherNodesInvalidation_IsToldTheVersion(By by)
    {
        await using var nodes = new LossyNodes();
        Assert.Equal(0, await MinimumAsync(nodes.B, "a:1"));
        nodes.A.RequireSourceVersion(42);
        await InvalidateAsync(nodes.A, by);
        Assert.Equal(42, await MinimumAsync(nodes.B, "a:1"));
    }

    [Fact]
    public async Task Load_MessageIsLost_IsToldTheVersionByTheTimeItsStampsKnowOfIt()
    {
        await using var nodes = new LossyNodes(remote: new LossyRemote(partitions: 1));
        await nodes.B.Load("other", 1);
        nodes.Remote.Fates = static (_, _) => Fate.Lost;
        nodes.A.RequireSourceVersion(42);
        await nodes.A.RemoveTag("t");

        // The lease's answer names a number that no message has told of: the entry is stamped with it.
        Assert.Equal(42, await MinimumAsync(nodes.B, "a:1"));
    }

    [Fact]
    public async Task Load_PartitionHasBegunAnewUnheard_IsToldTheVersionByTheTimeItsStampsKnowOfIt()
    {
        await using var nodes = new LossyNodes(remote: new LossyRemote(partitions: 1));
        await nodes.B.Load("other", 1);
        nodes.Remote.Fates = static (_, _) => Fate.Lost;
        nodes.Remote.Evict(0);
        nodes.A.RequireSourceVersion(42);
        await nodes.A.Remove("a:1");

        // The lease is of an incarnation that this node has not heard of: the entry is stamped with it nevertheless.
        Assert.Equal(42, await MinimumAsync(nodes.B, "a:1"));
    }

    [Fact]
    public async Task Load_BehindAFailoverThatForgotTheVersion_IsToldItByWhoKnew()
    {
        await using var nodes = new LossyNodes(remote: new LossyRemote(partitions: 1));
        await nodes.B.Load("other", 1);
        var copy = nodes.Remote.CopyOf(0);
        nodes.Remote.Fates = static (_, _) => Fate.Lost;
        nodes.A.RequireSourceVersion(42);
        await nodes.A.RemoveTag("t");
        nodes.Remote.PutBack(0, copy, isNewRun: true);
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        Assert.Equal(42, await MinimumAsync(nodes.B, "a:1"));
    }

    [Fact]
    public async Task Load_InvalidationWasQueued_IsToldTheVersionHereAtOnceAndElsewhereWithIt()
    {
        await using var nodes = new LossyNodes();
        nodes.Remote.Fails = static step => step == "Invalidate";
        nodes.A.RequireSourceVersion(42);
        Assert.Equal(InvalidationStatus.Queued, (await nodes.A.RemoveTag("t")).Status);
        Assert.Equal(42, await MinimumAsync(nodes.A, "a:1"));
        nodes.Remote.Fails = static _ => false;
        await Eventually.TrueAsync(() => nodes.Engine(0).Queue.Length == 0, () => nodes.Time.Advance(LossyNodes.Beat));
        Assert.Equal(42, await MinimumAsync(nodes.B, "a:2"));
    }

    [Fact]
    public async Task Load_LowerVersionIsRequiredLater_IsToldTheHigher()
    {
        await using var two = TwoNodes.Make();
        two.A.RequireSourceVersion(42);
        two.A.RequireSourceVersion(7);
        await two.A.Remove("a:1");
        Assert.Equal(42, await MinimumAsync(two.B, "a:1"));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData((1L << 53) + 1)]
    public async Task RequireSourceVersion_OutOfRange_Throws(long version)
    {
        await using var node = TestCache.Make();
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => node.Cache.RequireSourceVersion(version));
        Assert.Contains($"{version}", error.Message, StringComparison.Ordinal);
    }

    private static async Task<long> MinimumAsync(ITieredCache cache, string key)
    {
        var minimum = -1L;
        await cache.GetOrCreateAsync(
            key, (load, _) =>
            {
                minimum = load.MinimumSourceVersion;
                return ValueTask.FromResult("x");
            }, tags: ["t"], cancellationToken: Stop);
        return minimum;
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
