using DistributedCache.Remote;
using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Adapters;

/// <summary>Of a primary value it is said when it could not be read, stored or removed.</summary>
public class DistributedUnavailableTests
{
    private static readonly DistributedCacheEntryOptions Plain = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnyCall_TierAway_ThrowsASentence()
    {
        var (node, remote) = Make(UnavailableBehavior.Throw);
        await using var _ = node;
        var cache = node.Distributed();
        cache.Set("held", [1], Plain);
        remote.IsAway = true;
        Assert.Equal([1], cache.Get("held"));
        Assert.Contains("WhenUnavailable", Assert.Throws<InvalidOperationException>(() => cache.Get("k")).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(() => cache.GetAsync("k", Ct));
        Assert.Throws<InvalidOperationException>(() => cache.Refresh("k"));
        Assert.Throws<InvalidOperationException>(() => cache.Remove("k"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => cache.SetAsync("k", [1], Plain, Ct));
        remote.IsAway = false;
        cache.Set("k", [1], Plain);
        Assert.Equal([1], cache.Get("k"));
    }

    [Fact]
    public async Task AnyCall_TierAwayAndMissChosen_FindsNothingAndDrops()
    {
        var (node, remote) = Make(UnavailableBehavior.Miss);
        await using var _ = node;
        var cache = node.Distributed();
        cache.Set("held", [1], Plain);
        remote.IsAway = true;
        Assert.Null(cache.Get("k"));
        cache.Refresh("k");
        cache.Remove("k");
        cache.Set("held", [2], Plain);
        Assert.Null(cache.Get("held"));
        remote.IsAway = false;
        Assert.Equal([1], cache.Get("held"));
    }

    [Fact]
    public async Task Set_NoRoom_ThrowsWithTheBudget()
    {
        await using var node = TestCache.Make(o => o.DistributedCache.LocalBudget = 10_000);
        node.Distributed().Set("key", [1], Plain);
        var refused = Assert.Throws<InvalidOperationException>(() => node.Distributed().Set("key", new byte[20_000], Plain));
        Assert.Contains("3 characters", refused.Message, StringComparison.Ordinal);
        Assert.Contains("20000 bytes", refused.Message, StringComparison.Ordinal);
        Assert.Contains("10000 bytes", refused.Message, StringComparison.Ordinal);
        Assert.Null(node.Distributed().Get("key"));
    }

    [Fact]
    public async Task Set_LargerThanAPayload_ThrowsWithTheLimit()
    {
        var (node, _) = Make(UnavailableBehavior.Miss);
        await using var __ = node;
        var refused = Assert.Throws<InvalidOperationException>(() => node.Distributed().Set("key", new byte[(1 << 20) + 1], Plain));
        Assert.Contains("1048576", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnyCall_CacheDisabled_ReadsNothingAndSaysSo()
    {
        await using var node = TestCache.Make(o => o.Enabled = false);
        Assert.Null(node.Distributed().Get("k"));
        Assert.Contains("Enabled", Assert.Throws<InvalidOperationException>(() => node.Distributed().Set("k", [1], Plain)).Message, StringComparison.Ordinal);
        node.Distributed().Remove("k");
    }

    [Fact]
    public async Task AnyCall_Cancelled_Throws()
    {
        await using var node = TestCache.Make();
        var cancelled = new CancellationToken(true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => node.Distributed().GetAsync("k", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => node.Distributed().SetAsync("k", [1], Plain, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => node.Distributed().RemoveAsync("k", cancelled));
    }

    private static (TestCache Node, UnreliableRemote Remote) Make(UnavailableBehavior behavior)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new UnreliableRemote(new InProcessRemote(timeProvider: time));
        return (TestCache.Make(o => o.DistributedCache.WhenUnavailable = behavior, time: time, services: s => s.AddSingleton<IRemoteTier>(remote)), remote);
    }
}
