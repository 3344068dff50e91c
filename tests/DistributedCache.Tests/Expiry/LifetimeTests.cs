using DistributedCache.Tests.Pipeline;

namespace DistributedCache.Tests.Expiry;

/// <summary>A value is fresh for its duration, to the millisecond; jitter shortens that and nothing lengthens it.</summary>
public class LifetimeTests
{
    private static readonly TimeSpan Millisecond = TimeSpan.FromMilliseconds(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Duration_NoJitter_IsExactInBothTiers(bool holdsValues)
    {
        await using var two = TwoNodes.Make(holdsValues, o => o.Profiles["Default"].Duration = TimeSpan.FromMilliseconds(1_234));
        await two.A.Load("loaded", 1);
        await two.A.Set("set", 1);
        two.Time.Advance(TimeSpan.FromMilliseconds(1_233));
        foreach (var key in new[] { "loaded", "set" })
        {
            var found = await two.A.Find<int>(key);
            Assert.Equal((1, Millisecond, false), (found.Value, found.TimeToLive, found.IsStale));
            Assert.Equal(TimeSpan.FromMilliseconds(1_233), found.Age);
            if (holdsValues) Assert.Equal((1, Millisecond), ((await two.B.Find<int>(key)).Value, (await two.B.Find<int>(key)).TimeToLive));
        }

        two.Time.Advance(Millisecond);
        foreach (var key in new[] { "loaded", "set" })
        {
            Assert.False((await two.A.Find<int>(key)).HasValue);
            Assert.False((await two.B.Find<int>(key)).HasValue);
            Assert.Equal(2, await two.A.Load(key, 2));
        }
    }

    [Fact]
    public async Task Jitter_ManyEntries_ShortenWithinTheFractionAlikeInBothTiers()
    {
        await using var two = TwoNodes.Make(configure: o => o.Profiles["Default"].Jitter = 0.25);
        var ends = new List<double>();
        for (var i = 0; i < 400; i++)
        {
            await two.A.Load($"k{i}", i);
            var left = (await two.A.Find<int>($"k{i}")).TimeToLive;
            Assert.Equal(left, (await two.B.Find<int>($"k{i}")).TimeToLive);
            ends.Add(left / TimeSpan.FromMinutes(5));
        }

        Assert.All(ends, end => Assert.InRange(end, 0.75, 1));
        Assert.InRange(ends.Average(), 0.85, 0.9);
        Assert.True(ends.Min() < 0.78 && ends.Max() > 0.97, "The whole fraction is used.");
    }

    [Fact]
    public async Task LoadContext_SaysTheTimes_TheyHold()
    {
        await using var node = TestCache.Make();
        var stop = TestContext.Current.CancellationToken;
        await node.Cache.GetOrCreateAsync("a", (load, _) =>
        {
            load.Duration = TimeSpan.FromSeconds(2);
            load.StaleFor = TimeSpan.FromSeconds(3);
            return ValueTask.FromResult(1);
        }, cancellationToken: stop);
        Assert.Equal(TimeSpan.FromSeconds(2), (await node.Cache.Find<int>("a")).TimeToLive);
        node.Time.Advance(TimeSpan.FromSeconds(5) - Millisecond);
        Assert.True((await node.Cache.Fail<int>("a", new FormatException("x"))).IsStale);
        node.Time.Advance(Millisecond);
        await Assert.ThrowsAsync<FormatException>(async () => await node.Cache.Fail<int>("a", new FormatException("x")));

        foreach (var none in new[] { TimeSpan.Zero, TimeSpan.FromSeconds(-1) })
        {
            await node.Cache.GetOrCreateAsync("b", (load, _) =>
            {
                load.Duration = none;
                return ValueTask.FromResult(1);
            }, cancellationToken: stop);
            Assert.False((await node.Cache.Find<int>("b")).HasValue);
        }

        await node.Cache.GetOrCreateAsync("c", (load, _) =>
        {
            load.Duration = TimeSpan.MaxValue;
            load.StaleFor = TimeSpan.MaxValue;
            return ValueTask.FromResult(1);
        }, cancellationToken: stop);
        Assert.Equal(TieredCacheOptions.MaximumLifetime, (await node.Cache.Find<int>("c")).TimeToLive);
    }
}
