using System.Buffers;
using DistributedCache.Pipeline;
using DistributedCache.Remote;
using DistributedCache.Tests.Pipeline;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Remote;

/// <summary>Two nodes over one L2: what one has loaded the other finds, and what L2 holds that is no entry is a miss.</summary>
public class SharedTierTests
{
    private sealed record Product(int Id, string Name);

    [Fact]
    public async Task GetOrCreateAsync_OtherNodeLoaded_HitsL2ThenL1()
    {
        await using var two = TwoNodes.Make();
        await two.A.Load("a", new Product(1, "x"), null, "t");
        two.Time.Advance(TimeSpan.FromSeconds(10));
        var first = await two.B.Entry("a", new Product(2, "y"));
        Assert.Equal((CacheTier.Remote, new Product(1, "x")), (first.Tier, first.Value));
        Assert.Equal(TimeSpan.FromSeconds(10), first.Age);
        Assert.Equal(TimeSpan.FromSeconds(290), first.TimeToLive);
        var second = await two.B.Entry("a", new Product(2, "y"));
        Assert.Equal(CacheTier.Local, second.Tier);
        Assert.Equal(first.TimeToLive, second.TimeToLive);
        await two.A.RemoveTag("t");
        Assert.False((await two.B.Find<Product>("a")).HasValue);
    }

    [Fact]
    public async Task GetOrCreateAsync_FromL2WithALocalDuration_IsInL1NoLonger()
    {
        await using var two = TwoNodes.Make(configure: o => o.Profiles["Default"].LocalDuration = TimeSpan.FromSeconds(10));
        await two.A.Load("a", 1);
        two.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(CacheTier.Remote, (await two.B.Entry("a", 2)).Tier);
        two.Time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(CacheTier.Local, (await two.B.Entry("a", 2)).Tier);
        two.Time.Advance(TimeSpan.FromSeconds(1));
        var again = await two.B.Entry("a", 2);
        Assert.Equal((CacheTier.Remote, 1), (again.Tier, again.Value));
    }

    [Fact]
    public async Task GetAsync_NullAndValueTypes_ComeThroughL2()
    {
        await using var two = TwoNodes.Make();
        await two.A.Set<string?>("null", null);
        await two.A.Set("number", 5);
        await two.A.Set("bytes", new byte[] { 1, 2 });
        var none = await two.B.Find<string>("null");
        Assert.True(none.HasValue);
        Assert.Null(none.Value);
        Assert.Equal(5, (await two.B.Find<int?>("number")).Value);
        Assert.Equal([1, 2], (await two.B.Find<byte[]>("bytes")).Value);
        Assert.False((await two.B.Find<Product>("number")).HasValue);
    }

    [Fact]
    public async Task LocalDuration_ShorterThanDuration_AsksL2Again()
    {
        await using var two = TwoNodes.Make();
        var options = new TieredCacheEntryOptions { Duration = TimeSpan.FromMinutes(1), LocalDuration = TimeSpan.FromSeconds(1) };
        await two.A.Load("a", 1, options);
        two.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(CacheTier.Remote, (await two.A.Entry("a", 2, options)).Tier);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(39)]
    [InlineData(40)]
    [InlineData(41)]
    [InlineData(60)]
    [InlineData(-1)]
    public async Task GetOrCreateAsync_TruncatedEntryInL2_IsACountedMissAndIsReplaced(int length)
    {
        await using var two = TwoNodes.Make();
        await two.A.Set("a", new Product(1, "x"), null, "tag");
        IRemoteTier tier = two.Remote;
        var key = two.NodeA.Services.GetRequiredService<CacheEngine>().Key("", "a");
        using var whole = await tier.GetAsync(key, TestContext.Current.CancellationToken);
        var bytes = whole!.Value.Bytes.ToArray();
        await AssertMissAsync(two, length < 0 ? bytes[..^1] : bytes[..length], length);
    }

    [Fact]
    public async Task GetOrCreateAsync_GarbageInL2_IsACountedMissAndIsReplaced()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var i = 0; i < 20; i++)
        {
            await using var two = TwoNodes.Make(partitions: 1);
            await two.A.Set("a", new Product(1, "x"), null, "tag");
            IRemoteTier tier = two.Remote;
            using var whole = await tier.GetAsync(two.NodeA.Services.GetRequiredService<CacheEngine>().Key("", "a"), TestContext.Current.CancellationToken);
            var bytes = whole!.Value.Bytes.ToArray();

            // Everything behind the header is noise, so that the header still says it is a fresh entry.
            random.NextBytes(i % 2 == 0 ? bytes.AsSpan(40) : bytes);
            await AssertMissAsync(two, bytes, seed);
        }
    }

    [Fact]
    public async Task GetOrCreateAsync_PayloadOfL2CannotBeRead_IsAMissAndIsReplaced()
    {
        await using var two = TwoNodes.Make();
        await two.A.Set("a", "text");
        var loading = two.B.Load("a", new Product(2, "y"));
        Assert.Equal(2, (await Eventually.DoneAsync(loading, two.Time, TimeSpan.FromMilliseconds(20))).Id);
        Assert.Equal(2, (await two.A.Find<Product>("a")).Value?.Id);
    }

    [Fact]
    public async Task GetOrCreateAsync_ValueThatCannotBeSerialized_LivesInL1Alone()
    {
        await using var two = TwoNodes.Make();
        Func<int> value = () => 1;
        Assert.Same(value, await two.A.Load("a", value));
        Assert.Same(value, (await two.A.Find<Func<int>>("a")).Value);
        Assert.False((await two.B.Find<Func<int>>("a")).HasValue);
        await two.B.Remove("a");
        Assert.False((await two.A.Find<Func<int>>("a")).HasValue);

        // Its lease was given back.
        Assert.Equal(1, await two.B.Load("a", 1));
    }

    [Fact]
    public async Task SetAsync_NotForTheRemoteTier_RemovesWhatIsThereAndStoresNothing()
    {
        await using var two = TwoNodes.Make();
        await two.A.Set("a", "old");
        await two.A.Set("a", "new", new() { Flags = HybridCacheEntryFlags.DisableDistributedCacheWrite });
        IRemoteTier tier = two.Remote;
        Assert.Null(await tier.GetAsync(two.NodeA.Services.GetRequiredService<CacheEngine>().Key("", "a"), TestContext.Current.CancellationToken));
        Assert.Equal("new", (await two.A.Find<string>("a")).Value);
        Assert.False((await two.B.Find<string>("a")).HasValue);
    }

    [Fact]
    public async Task GetOrCreateAsync_ValueLargerThanThePayloadLimit_LivesInL1Alone()
    {
        await using var two = TwoNodes.Make(configure: o => o.MaximumPayloadBytes = 100);
        await two.A.Load("a", new string('x', 200));
        Assert.Equal(CacheTier.Local, (await two.A.Find<string>("a")).Tier);
        Assert.False((await two.B.Find<string>("a")).HasValue);
        Assert.Equal(InvalidationStatus.Rejected, (await two.A.Set("a", new string('y', 200))).Status);
        Assert.False((await two.A.Find<string>("a")).HasValue);
    }

    private static async Task AssertMissAsync(TwoNodes two, byte[] bytes, int seed)
    {
        IRemoteTier tier = two.Remote;
        var engine = two.NodeB.Services.GetRequiredService<CacheEngine>();
        var key = engine.Key("", "a");
        var faults = 0;
        engine.Faults.Counted += _ => faults++;

        // As a Set, which stamps what has a header, so that it counts as new.
        await tier.SetAsync(key.Partition, [new RemoteWrite(key, bytes, TimeSpan.FromHours(1))], default, TestContext.Current.CancellationToken);
        Assert.False((await two.B.Find<Product>("a")).HasValue, $"seed {seed}");
        Assert.True(faults > 0, $"seed {seed}");
        var loaded = await Eventually.DoneAsync(two.B.Load("a", new Product(2, "y")), two.Time, TimeSpan.FromMilliseconds(20));
        Assert.Equal(new Product(2, "y"), loaded);
        Assert.Equal(new Product(2, "y"), (await two.A.Find<Product>("a")).Value);
    }
}
