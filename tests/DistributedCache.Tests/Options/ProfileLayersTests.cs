using DistributedCache.Profiles;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Tests.TieredOptions;

public class ProfileLayersTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>A profile with every property set to what no default is.</summary>
    private static TieredCacheProfile Full => new()
    {
        Keys = ["k:"],
        LocalBudget = 7,
        Duration = 9 * Minute,
        LocalDuration = 8 * Minute,
        Sliding = 7 * Minute,
        StaleFor = 6 * Minute,
        LocalSize = 5,
        Flags = HybridCacheEntryFlags.DisableCompression,
        Jitter = 0.3,
        EarlyRefresh = 2,
        FactorySoftTimeout = Minute,
        FactoryHardTimeout = 2 * Minute,
        RetryAfterFailure = 3 * Minute,
        NullDuration = 4 * Minute,
        Eviction = LocalEviction.Lru,
        Primary = false,
        Versioned = false,
        Version = "v",
        Isolate = true,
        WhenUnverified = UnverifiedBehavior.Refuse,
        UnverifiedFor = 5 * Minute,
        CompressAbove = 100,
        Sensitive = true,
        Replicate = true,
        Source = "sql",
    };

    public static TheoryData<string> Properties => [.. typeof(TieredCacheProfile).GetProperties().Select(property => property.Name)];

    [Theory]
    [MemberData(nameof(Properties))]
    public void Complete_LeftNull_ComesFromDefaultExceptWhatIsEachProfilesOwn(string name)
    {
        var property = typeof(TieredCacheProfile).GetProperty(name)!;
        var profiles = Profiles(("Default", Full), ("goods", new()));

        var value = property.GetValue(ProfileLayers.Complete("goods", profiles));

        if (name is nameof(TieredCacheProfile.Keys) or nameof(TieredCacheProfile.LocalBudget)) Assert.Null(value);
        else Assert.Equal(property.GetValue(Full), value);
    }

    [Theory]
    [MemberData(nameof(Properties))]
    public void Complete_Set_WinsOverDefault(string name)
    {
        var property = typeof(TieredCacheProfile).GetProperty(name)!;

        var value = property.GetValue(ProfileLayers.Complete("goods", Profiles(("goods", Full))));

        Assert.Equal(property.GetValue(Full), value);
    }

    [Fact]
    public void Complete_PresetsName_StartsFromThePresetWhateverItsCase()
    {
        var catalog = ProfileLayers.Complete("Catalog", Profiles(("Default", new() { Duration = Minute, Isolate = true }), ("Catalog", new() { StaleFor = Minute })));

        Assert.Equal(TimeSpan.FromHours(4), catalog.Duration);
        Assert.Equal(Minute, catalog.StaleFor);
        Assert.True(catalog.Isolate);
    }

    [Fact]
    public void Complete_Session_IsSlidingPrimaryAndNeverEvicted()
    {
        var session = Sets.Of(("session", new()), ("Default", new() { StaleFor = Minute, Jitter = 0.2, WhenUnverified = UnverifiedBehavior.Refuse, Version = "7" }));

        Assert.True(session.TryGet("SESSION", out var profile));
        Assert.Equal(TimeSpan.FromMinutes(20), profile.Policy.Sliding);
        Assert.Equal(TieredCacheOptions.MaximumLifetime, profile.Duration);
        Assert.True(profile.Primary);
        Assert.False(profile.Versioned);
        Assert.Equal("_", profile.Version);
        Assert.Equal(LocalEviction.Never, profile.Eviction);
        Assert.Equal(250, profile.LocalBudget);
        Assert.Equal(0, profile.Jitter);
        Assert.Equal(TimeSpan.Zero, profile.Policy.StaleFor);
        Assert.Equal(UnverifiedBehavior.Revalidate, profile.WhenUnverified);
        Assert.Empty(profile.Keys);
    }

    [Theory]
    [InlineData("catalog", 4 * 3600, 3600)]
    [InlineData("api", 120, 600)]
    [InlineData("realtime", 30, 0)]
    public void Complete_OtherPresets_HaveTheirLifetimes(string name, int seconds, int stale)
    {
        Assert.True(Sets.Of((name, new())).TryGet(name, out var profile));

        Assert.Equal(TimeSpan.FromSeconds(seconds), profile.Duration);
        Assert.Equal(TimeSpan.FromSeconds(stale), profile.Policy.StaleFor);
        Assert.False(profile.Primary);
    }

    [Fact]
    public void Complete_OnlySliding_HasNoOtherEnd()
    {
        Assert.True(Sets.Of(("Default", new() { Duration = Minute }), ("cart", new() { Sliding = 20 * Minute })).TryGet("cart", out var cart));

        Assert.Equal(TieredCacheOptions.MaximumLifetime, cart.Duration);
    }

    [Fact]
    public void Complete_SlidingTurnedOffUnderASlidingDefault_HasAPlainLifetime()
    {
        Assert.True(Sets.Of(("Default", new() { Sliding = 20 * Minute }), ("goods", new() { Sliding = TimeSpan.Zero })).TryGet("goods", out var goods));

        Assert.Null(goods.Policy.Sliding);
        Assert.Equal(5 * Minute, goods.Duration);
    }

    [Fact]
    public void Complete_ShorterThanWhatIsInherited_ShortensIt()
    {
        Assert.True(Sets.Of(("Default", new() { LocalDuration = Minute }), ("ticker", new() { Duration = TimeSpan.FromSeconds(3) })).TryGet("ticker", out var ticker));

        Assert.Equal(TimeSpan.FromSeconds(3), ticker.Policy.LocalDuration);
        Assert.Equal(TimeSpan.FromSeconds(3), ticker.NullDuration);
    }

    [Theory]
    [InlineData(LocalEviction.Adaptive, null, null)]
    [InlineData(LocalEviction.Adaptive, 10L, 10L)]
    [InlineData(LocalEviction.Lru, null, 250L)]
    [InlineData(LocalEviction.Never, null, 250L)]
    [InlineData(LocalEviction.Never, 10L, 10L)]
    public void LocalBudget_ByEviction_IsAQuarterOrAShareOfTheRest(LocalEviction eviction, long? set, long? expected)
    {
        Assert.True(Sets.Of(("goods", new() { Eviction = eviction, LocalBudget = set })).TryGet("goods", out var goods));

        Assert.Equal(expected, goods.LocalBudget);
    }

    [Fact]
    public void Distributed_Always_IsPrimaryRevalidatedAndFoundByNobody()
    {
        var options = Sets.With(("Default", new() { Duration = Minute, Sliding = Minute, Jitter = 0.4 }));
        options.DistributedCache.LocalBudget = 99;
        var set = Sets.Of(options);

        Assert.True(set.Distributed.Primary);
        Assert.Equal(TieredCacheOptions.MaximumLifetime, set.Distributed.Duration);
        Assert.Null(set.Distributed.Policy.Sliding);
        Assert.Equal(0, set.Distributed.Jitter);
        Assert.Equal(UnverifiedBehavior.Revalidate, set.Distributed.WhenUnverified);
        Assert.Equal((LocalEviction.Lru, 99L), (set.Distributed.Eviction, set.Distributed.LocalBudget));
        Assert.False(set.TryGet(ProfileSet.DistributedName, out _));
    }

    private static Dictionary<string, TieredCacheProfile> Profiles(params (string Name, TieredCacheProfile Profile)[] profiles) =>
        profiles.ToDictionary(pair => pair.Name, pair => pair.Profile, StringComparer.OrdinalIgnoreCase);
}
