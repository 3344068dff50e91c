using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Adapters;

/// <summary>Each option and each flag of a call does what its name says.</summary>
public class HybridOptionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Expiration_Over_IsLoadedAgain()
    {
        await using var node = TestCache.Make();
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(2) };
        Assert.Equal("a", await Load(node, "a", options));
        node.Time.Advance(TimeSpan.FromMinutes(2) - TimeSpan.FromMilliseconds(1));
        Assert.Equal("a", await Load(node, "b", options));
        node.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("b", await Load(node, "b", options));
    }

    [Fact]
    public async Task LocalCacheExpiration_Over_ComesFromTheRemoteTier()
    {
        var (time, remote) = Tier();
        await using var node = TestCache.Make(remote: remote, time: time);
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.FromMinutes(2), LocalCacheExpiration = TimeSpan.FromMinutes(1) };
        Assert.Equal("a", await Load(node, "a", options));
        node.Time.Advance(TimeSpan.FromSeconds(61));
        var found = await node.Cache.GetAsync<string>("k", cancellationToken: Ct);
        Assert.Equal((CacheTier.Remote, "a"), (found.Tier, found.Value));
        node.Time.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("b", await Load(node, "b", options));
    }

    [Fact]
    public async Task Expiration_LongerThanTheLongest_IsThat()
    {
        await using var node = TestCache.Make();
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.MaxValue, LocalCacheExpiration = TimeSpan.MaxValue };
        Assert.Equal("a", await Load(node, "a", options));
        node.Time.Advance(TimeSpan.FromDays(29));
        Assert.Equal("a", await Load(node, "b", options));
        node.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("b", await Load(node, "b", options));
    }

    [Theory, InlineData(0), InlineData(-5)]
    public async Task Expiration_NoneLeft_IsNotStored(int seconds)
    {
        await using var node = TestCache.Make();
        var options = new HybridCacheEntryOptions { Expiration = TimeSpan.FromSeconds(seconds) };
        Assert.Equal("a", await Load(node, "a", options));
        Assert.Equal("b", await Load(node, "b"));
        await node.Hybrid().SetAsync("k", "c", options, cancellationToken: Ct);
        Assert.Equal("d", await Load(node, "d"));
    }

    [Fact]
    public async Task DisableUnderlyingData_NothingCached_IsTheDefault()
    {
        await using var node = TestCache.Make();
        var options = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableUnderlyingData };
        Assert.Null(await Load(node, "a", options));
        await Load(node, "b");
        Assert.Equal("b", await Load(node, "a", options));
    }

    [Fact]
    public async Task DisableLocalCacheRead_EntryInL1_IsNotServed()
    {
        await using var node = TestCache.Make();
        await Load(node, "a");
        Assert.Equal("b", await Load(node, "b", new() { Flags = HybridCacheEntryFlags.DisableLocalCacheRead }));
    }

    [Fact]
    public async Task DisableLocalCacheWrite_Loaded_IsInTheRemoteTierOnly()
    {
        var (time, remote) = Tier();
        await using var node = TestCache.Make(remote: remote, time: time);
        await Load(node, "a", new() { Flags = HybridCacheEntryFlags.DisableLocalCacheWrite });
        Assert.Equal(CacheTier.Remote, (await node.Cache.GetAsync<string>("k", cancellationToken: Ct)).Tier);
    }

    [Fact]
    public async Task DisableDistributedCacheWrite_Loaded_IsInL1Only()
    {
        var (time, remote) = Tier();
        await using var a = TestCache.Make(remote: remote, time: time);
        await using var b = TestCache.Make(remote: remote, time: time);
        await Load(a, "a", new() { Flags = HybridCacheEntryFlags.DisableDistributedCacheWrite });
        Assert.Equal(CacheTier.Local, (await a.Cache.GetAsync<string>("k", cancellationToken: Ct)).Tier);
        Assert.False((await b.Cache.GetAsync<string>("k", cancellationToken: Ct)).HasValue);
    }

    [Fact]
    public async Task DisableDistributedCacheRead_EntryInTheRemoteTier_IsNotServed()
    {
        var (time, remote) = Tier();
        await using var a = TestCache.Make(remote: remote, time: time);
        await using var b = TestCache.Make(remote: remote, time: time);
        await Load(a, "a");
        var options = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableDistributedCacheRead | HybridCacheEntryFlags.DisableUnderlyingData };
        Assert.Null(await Load(b, "b", options));
        Assert.Equal("a", await Load(b, "b"));
    }

    [Fact]
    public async Task MaximumPayloadBytes_Exceeded_ImmutableStaysInL1AndMutableIsNotStored()
    {
        var (time, remote) = Tier();
        await using var node = TestCache.Make(o => o.MaximumPayloadBytes = 100, remote, time);
        var large = new string('x', 200);
        Assert.Same(large, await Load(node, large));
        Assert.Same(large, await Load(node, "other"));
        var calls = 0;
        for (var i = 0; i < 2; i++)
            await node.Hybrid().GetOrCreateAsync("basket", _ => ValueTask.FromResult(new Basket { Items = [$"{calls++}", large] }), cancellationToken: Ct);
        Assert.Equal(2, calls);
    }

    private static (FakeTimeProvider, InProcessRemote) Tier()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        return (time, new InProcessRemote(timeProvider: time));
    }

    private static ValueTask<string> Load(TestCache node, string value, HybridCacheEntryOptions? options = null) =>
        node.Hybrid().GetOrCreateAsync("k", value, static (v, _) => ValueTask.FromResult(v), options, cancellationToken: Ct);
}
