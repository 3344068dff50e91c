using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DistributedCache.Tests.Pipeline;

/// <summary>What is there is answered, what is not is loaded and kept.</summary>
public class GetOrCreateTests
{
    private interface IAnimal;

    private sealed record Product(int Id, string Name) : IAnimal;

    [Fact]
    public async Task GetOrCreateAsync_SecondCall_HitsL1()
    {
        await using var node = TestCache.Make();
        var calls = 0;
        for (var i = 0; i < 3; i++)
        {
            var product = await node.Cache.GetOrCreateAsync("product:1", 1, (id, _, _) =>
            {
                calls++;
                return ValueTask.FromResult(new Product(id, "a"));
            }, cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(1, product.Id);
        }

        Assert.Equal(1, calls);
        var entry = await node.Cache.Find<Product>("product:1");
        Assert.Equal(CacheTier.Local, entry.Tier);
    }

    [Fact]
    public async Task GetOrCreateAsync_Hit_AnswersTheSameInstance()
    {
        await using var node = TestCache.Make();
        var first = await node.Cache.Load("product:1", new Product(1, "a"));
        Assert.Same(first, await node.Cache.Load("product:1", new Product(2, "b")));
    }

    [Fact]
    public async Task GetOrCreateAsync_Null_IsKeptForNullDuration()
    {
        await using var node = TestCache.Make(o => o.Profiles["Default"].NullDuration = TimeSpan.FromSeconds(10));
        Assert.Null(await node.Cache.Load<string?>("a", (string?)null));
        Assert.Null(await node.Cache.Load<string?>("a", "b"));
        var found = await node.Cache.Find<string>("a");
        Assert.True(found.HasValue);
        Assert.Null(found.Value);

        node.Time.Advance(TimeSpan.FromMilliseconds(9_999));
        Assert.Null(await node.Cache.Load<string?>("a", "b"));
        node.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal("b", await node.Cache.Load<string?>("a", "b"));
    }

    [Fact]
    public async Task GetOrCreateAsync_NullDurationZero_KeepsNoNull()
    {
        await using var node = TestCache.Make(o => o.Profiles["Default"].NullDuration = TimeSpan.Zero);
        Assert.Null(await node.Cache.Load<string?>("a", (string?)null));
        Assert.False((await node.Cache.Find<string>("a")).HasValue);
        Assert.Equal("b", await node.Cache.Load<string?>("a", "b"));
    }

    [Fact]
    public async Task GetOrCreateAsync_NullForValueType_IsAMiss()
    {
        await using var node = TestCache.Make();
        await node.Cache.Load<int?>("a", (int?)null);
        Assert.Null(await node.Cache.Load<int?>("a", 7));
        Assert.Equal(7, await node.Cache.Load("a", 7));
        Assert.Equal(7, await node.Cache.Load<int?>("a", 8));
    }

    [Fact]
    public async Task GetOrCreateAsync_AnotherTypeUnderTheKey_IsAMissAndTakesItsPlace()
    {
        await using var node = TestCache.Make();
        await node.Cache.Load("a", "text");
        Assert.False((await node.Cache.Find<int>("a")).HasValue);
        Assert.Equal(5, await node.Cache.Load("a", 5));
        Assert.Equal(5, (await node.Cache.Find<int>("a")).Value);
        Assert.False((await node.Cache.Find<string>("a")).HasValue);
    }

    [Fact]
    public async Task GetOrCreateAsync_ObjectOrInterface_HitsWhatFits()
    {
        await using var node = TestCache.Make();
        var product = await node.Cache.Load("a", new Product(1, "a"));
        Assert.Same(product, await node.Cache.Load<object>("a", new object()));
        Assert.Same(product, await node.Cache.Load<IAnimal>("a", new Product(2, "b")));
    }

    [Fact]
    public async Task GetOrCreateAsync_EveryOverload_HitsTheSameEntry()
    {
        await using var node = TestCache.Make();
        await node.Cache.Load("product:7", "seven");
        var stop = TestContext.Current.CancellationToken;
        var id = 7;
        Assert.Equal("seven", await node.Cache.GetOrCreateAsync("product:7", 0, (_, _, _) => Refuse(), cancellationToken: stop));
        Assert.Equal("seven", await node.Cache.GetOrCreateAsync("product:7", (_, _) => Refuse(), cancellationToken: stop));
        Assert.Equal("seven", await node.Cache.GetOrCreateAsync("product:7".AsSpan(), 0, (_, _, _) => Refuse(), cancellationToken: stop));
        Assert.Equal("seven", await node.Cache.GetOrCreateAsync("product:7".AsSpan(), (_, _) => Refuse(), cancellationToken: stop));
        Assert.Equal("seven", await node.Cache.GetOrCreateAsync($"product:{id}", 0, (_, _, _) => Refuse(), cancellationToken: stop));
        Assert.Equal("seven", await node.Cache.GetOrCreateAsync($"product:{id}", (_, _) => Refuse(), cancellationToken: stop));
        Assert.Equal("seven", (await node.Cache.GetOrCreateEntryAsync("product:7", (_, _) => Refuse(), cancellationToken: stop)).Value);

        static ValueTask<string> Refuse() => throw new InvalidOperationException("It is a hit.");
    }

    [Fact]
    public async Task GetOrCreateAsync_SpanAndInterpolatedMiss_LoadOnceForAll()
    {
        await using var node = TestCache.Make();
        var tenant = node.Cache.ForTenant("acme");
        foreach (var cache in new[] { node.Cache, tenant })
        {
            var calls = 0;
            var id = 9;
            for (var i = 0; i < 2; i++)
            {
                Assert.Equal("nine", await cache.GetOrCreateAsync($"product:{id}", (_, _) => Load(), cancellationToken: TestContext.Current.CancellationToken));
                Assert.Equal("nine", await cache.GetOrCreateAsync("product:9".AsSpan(), (_, _) => Load(), cancellationToken: TestContext.Current.CancellationToken));
            }

            Assert.Equal(1, calls);

            ValueTask<string> Load()
            {
                calls++;
                return ValueTask.FromResult("nine");
            }
        }
    }

    [Fact]
    public async Task GetOrCreateAsync_DurationOfTheCall_Holds()
    {
        await using var node = TestCache.Make();
        await node.Cache.Load("a", 1, new() { Duration = TimeSpan.FromSeconds(1) });
        node.Time.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(1, await node.Cache.Load("a", 2));
        node.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, await node.Cache.Load("a", 2));
    }

    [Theory]
    [InlineData(HybridCacheEntryFlags.DisableLocalCacheWrite, false)]
    [InlineData(HybridCacheEntryFlags.DisableLocalCacheRead, true)]
    [InlineData(HybridCacheEntryFlags.DisableUnderlyingData, false)]
    public async Task GetOrCreateAsync_LocalFlags_LeaveOutTheirStep(HybridCacheEntryFlags flags, bool isKept)
    {
        await using var node = TestCache.Make();
        await node.Cache.Load("a", 1, new() { Flags = flags });
        Assert.Equal(isKept, (await node.Cache.Find<int>("a")).HasValue);
    }

    [Fact]
    public async Task GetOrCreateAsync_LocalReadOff_LoadsThoughThereIsAValue()
    {
        await using var node = TestCache.Make();
        await node.Cache.Load("a", 1);
        Assert.Equal(2, await node.Cache.Load("a", 2, new() { Flags = HybridCacheEntryFlags.DisableLocalCacheRead }));
    }

    [Fact]
    public async Task GetOrCreateAsync_NoUnderlyingData_AnswersTheDefaultOnAMiss()
    {
        await using var node = TestCache.Make();
        var none = new TieredCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableUnderlyingData };
        Assert.Null(await node.Cache.Load("a", "x", none));
        Assert.False((await node.Cache.Entry("a", "x", none)).HasValue);
        await node.Cache.Set("a", "y");
        Assert.Equal("y", await node.Cache.Load("a", "x", none));
    }

    [Theory]
    [InlineData(HybridCacheEntryFlags.DisableDistributedCacheWrite)]
    [InlineData(HybridCacheEntryFlags.DisableDistributedCache)]
    public async Task GetOrCreateAsync_RemoteFlags_SendNothing(HybridCacheEntryFlags flags)
    {
        await using var two = TwoNodes.Make();
        await two.A.Load("a", 1, new() { Flags = flags });
        Assert.Equal(CacheTier.Local, (await two.A.Find<int>("a")).Tier);
        Assert.False((await two.B.Find<int>("a")).HasValue);

        // It is followed and judged all the same.
        await two.B.Remove("a");
        Assert.False((await two.A.Find<int>("a")).HasValue);
    }

    [Fact]
    public async Task GetOrCreateAsync_RemoteReadOff_LoadsAnew()
    {
        await using var two = TwoNodes.Make();
        await two.A.Load("a", 1);
        Assert.Equal(2, await two.B.Load("a", 2, new() { Flags = HybridCacheEntryFlags.DisableDistributedCacheRead | HybridCacheEntryFlags.DisableDistributedCacheWrite }));
    }

    [Fact]
    public async Task GetOrCreateAsync_ProfileOfTheCall_Holds()
    {
        await using var node = TestCache.Make(o => o.Profiles["brief"] = new() { Duration = TimeSpan.FromSeconds(1), Jitter = 0 });
        await node.Cache.Load("a", 1, new() { Profile = "brief" });
        Assert.Equal(TimeSpan.FromSeconds(1), (await node.Cache.Find<int>("a")).TimeToLive);
        var fault = await Assert.ThrowsAsync<ArgumentException>(async () => await node.Cache.Load("b", 1, new() { Profile = "none" }));
        Assert.Contains("none", fault.Message, StringComparison.Ordinal);
        Assert.Contains("brief", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetOrCreateAsync_IsolatingProfile_GivesEachCallerItsOwn()
    {
        await using var node = TestCache.Make(o => o.Profiles["own"] = new() { Keys = ["own:"], Isolate = true });
        var source = new TestSource<List<int>>();
        var first = node.Cache.Load("own:1", source);
        var second = node.Cache.Load("own:1", source);
        source[0].Answer([1]);
        var a = await first;
        var b = await second;
        var c = await node.Cache.Load("own:1", source);
        Assert.Equal(1, source.Count);
        a.Add(2);
        b.Add(3);
        Assert.Equal([1, 2], a);
        Assert.Equal([1, 3], b);
        Assert.Equal([1], c);
        Assert.Equal([1], await node.Cache.Load("own:1", source));
    }

    [Fact]
    public async Task GetOrCreateAsync_Disabled_RunsEveryFactoryAndTouchesNoTier()
    {
        await using var two = TwoNodes.Make();
        await two.B.Set("a", 0);
        await using var node = TestCache.Make(o => o.Enabled = false, two.Remote, two.Time);
        for (var i = 1; i < 4; i++) Assert.Equal(i, await node.Cache.Load("a", i));
        Assert.Equal(CacheTier.Source, (await node.Cache.Entry("a", 4)).Tier);
        Assert.False((await node.Cache.Find<int>("a")).HasValue);
        var many = await node.Cache.GetOrCreateManyAsync<int>(
            ["a", "b"], (keys, _, _) => ValueTask.FromResult<IReadOnlyDictionary<string, int>>(keys.ToDictionary(k => k, _ => 9)), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal([9, 9], many.Values);
        Assert.Equal(0, (await two.B.Find<int>("a")).Value);
        Assert.False((await two.B.Find<int>("b")).HasValue);
    }

    [Fact]
    public async Task GetOrCreateAsync_DisabledByReload_StopsAndStartsHitting()
    {
        var enabled = true;
        var changes = new ReloadToken();
        await using var node = TestCache.Make(o => o.Enabled = enabled, services: s => s.AddSingleton<IOptionsChangeTokenSource<TieredCacheOptions>>(changes));
        await node.Cache.Load("a", 1);
        Assert.Equal(1, await node.Cache.Load("a", 2));
        enabled = false;
        changes.Reload();
        Assert.Equal(2, await node.Cache.Load("a", 2));
        enabled = true;
        changes.Reload();
        Assert.Equal(1, await node.Cache.Load("a", 2));
    }

    private sealed class ReloadToken : IOptionsChangeTokenSource<TieredCacheOptions>
    {
        private CancellationTokenSource _source = new();

        public string Name => "";

        public Microsoft.Extensions.Primitives.IChangeToken GetChangeToken() => new Microsoft.Extensions.Primitives.CancellationChangeToken(_source.Token);

        public void Reload()
        {
            var old = _source;
            _source = new CancellationTokenSource();
            old.Cancel();
            old.Dispose();
        }
    }
}
