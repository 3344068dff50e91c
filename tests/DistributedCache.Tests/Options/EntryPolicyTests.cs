using DistributedCache.Expiry;
using DistributedCache.Profiles;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Tests.TieredOptions;

public class EntryPolicyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static readonly ProfileSet Profiles = Sets.Of(
        ("goods", new() { Keys = ["product:"], Duration = 60 * Second, LocalDuration = 10 * Second, StaleFor = 5 * Second, LocalSize = 7 }),
        ("brief", new() { Duration = 2 * Second }),
        ("cart", new() { Sliding = 20 * Second, Duration = 100 * Second }),
        ("old", new() { Keys = ["old:"], Version = "2" }),
        ("shared", new() { Versioned = false }),
        ("session", new() { Keys = ["s:"] }));

    [Fact]
    public void Resolve_NoOptions_IsTheProfilesOwn()
    {
        var policy = Resolve("product:1", null);

        Assert.Equal("goods", policy.Profile.Name);
        Assert.Equal(policy.Profile.Policy, policy);
        Assert.Equal((60 * Second, 10 * Second, true), (policy.Duration, policy.LocalDuration, policy.CapsLocal));
        Assert.Equal((60_000L, 10_000L, 5_000L), (policy.DurationMs, policy.LocalDurationMs, policy.StaleForMs));
    }

    [Fact]
    public void Resolve_EmptyOptions_IsTheProfilesOwn() => Assert.Equal(Resolve("product:1", null), Resolve("product:1", new()));

    [Fact]
    public void Resolve_OptionsSet_WinOverTheProfile()
    {
        var policy = Resolve("product:1", new()
        {
            Duration = 90 * Second,
            LocalDuration = 20 * Second,
            Sliding = 30 * Second,
            StaleFor = 40 * Second,
            LocalSize = 3,
            Flags = HybridCacheEntryFlags.DisableLocalCache,
        });

        Assert.Equal(
            new EntryPolicy(Profiles.For("product:1"), 90 * Second, 20 * Second, true, 30 * Second, 40 * Second, 3, HybridCacheEntryFlags.DisableLocalCache),
            policy);
    }

    [Fact]
    public void Resolve_ProfileNamed_IsUsedInPlaceOfTheKeys()
    {
        var policy = Resolve("product:1", new() { Profile = "BRIEF" });

        Assert.Equal(("brief", 2 * Second, false), (policy.Profile.Name, policy.Duration, policy.CapsLocal));
    }

    [Theory]
    [InlineData(5, null, 5)]
    [InlineData(90, null, 10)]
    [InlineData(90, 95, 90)]
    [InlineData(null, 95, 60)]
    [InlineData(null, 3, 3)]
    public void Resolve_LocalDuration_IsClampedToTheDuration(int? duration, int? local, int expected) =>
        Assert.Equal(expected * Second, Resolve("product:1", new() { Duration = duration * Second, LocalDuration = local * Second }).LocalDuration);

    [Fact]
    public void Resolve_LongerThanAProfileWithoutLocalCap_IsAsLongLocally()
    {
        var policy = Resolve("other", new() { Duration = TimeSpan.FromHours(1) });

        Assert.Equal((TimeSpan.FromHours(1), false), (policy.LocalDuration, policy.CapsLocal));
    }

    [Fact]
    public void Resolve_OnlySliding_HasNoOtherEndUnlessTheProfileSlides()
    {
        Assert.Equal(TieredCacheOptions.MaximumLifetime, Resolve("product:1", new() { Sliding = Second }).Duration);
        Assert.Equal(100 * Second, Resolve("x", new() { Profile = "cart", Sliding = Second }).Duration);
    }

    [Theory]
    [InlineData(nameof(TieredCacheEntryOptions.Duration))]
    [InlineData(nameof(TieredCacheEntryOptions.LocalDuration))]
    [InlineData(nameof(TieredCacheEntryOptions.Sliding))]
    public void Resolve_LifetimeOutOfRange_NamesOptionValueLimitAndKey(string option)
    {
        foreach (var value in new[] { TimeSpan.Zero, -Second, TieredCacheOptions.MaximumLifetime + Second })
        {
            var options = new TieredCacheEntryOptions
            {
                Duration = option == nameof(TieredCacheEntryOptions.Duration) ? value : null,
                LocalDuration = option == nameof(TieredCacheEntryOptions.LocalDuration) ? value : null,
                Sliding = option == nameof(TieredCacheEntryOptions.Sliding) ? value : null,
            };

            Assert.Equal($"{option} is {value}; for the key 'product:1' it must be more than zero and at most 30.00:00:00.", Fault("product:1", options));
        }
    }

    [Fact]
    public void Resolve_StaleForNegativeOrTooLong_Throws()
    {
        Assert.Equal("StaleFor is -00:00:01; for the key 'k' it must be from zero to 30.00:00:00.", Fault("k", new() { StaleFor = -Second }));
        Assert.StartsWith("StaleFor is 30.00:00:01;", Fault("k", new() { StaleFor = TieredCacheOptions.MaximumLifetime + Second }), StringComparison.Ordinal);
        Assert.Equal(TimeSpan.Zero, Resolve("product:1", new() { StaleFor = TimeSpan.Zero }).StaleFor);
    }

    [Fact]
    public void Resolve_StaleForOfPrimary_Throws() =>
        Assert.Equal("StaleFor is 00:00:01; for the key 's:1' it must be zero, since the profile 'session' is primary.", Fault("s:1", new() { StaleFor = Second }));

    [Fact]
    public void Resolve_NegativeLocalSize_Throws() =>
        Assert.Equal("LocalSize is -1; for the key 'k' it must be 0 bytes or more.", Fault("k", new() { LocalSize = -1 }));

    [Fact]
    public void Resolve_UnknownProfile_NamesTheKnown() =>
        Assert.Equal("Profile is 'bads'; for the key 'k' it must be one of Default, brief, cart, goods, old, session, shared.", Fault("k", new() { Profile = "bads" }));

    [Theory]
    [InlineData("product:1", "old", "Profile is 'old' (version 2); for the key 'product:1' it must be one that keeps the key where its own profile 'goods' (version 1.2.3) does.")]
    [InlineData("old:1", "Default", "Profile is 'Default' (version 1.2.3); for the key 'old:1' it must be one that keeps the key where its own profile 'old' (version 2) does.")]
    [InlineData("k", "session", "Profile is 'session' (primary); for the key 'k' it must be one that keeps the key where its own profile 'Default' (version 1.2.3) does.")]
    [InlineData("k", "shared", "Profile is 'shared' (not versioned); for the key 'k' it must be one that keeps the key where its own profile 'Default' (version 1.2.3) does.")]
    public void Resolve_ProfileThatKeepsTheKeyElsewhere_NamesBothAndTheKey(string key, string profile, string expected) =>
        Assert.Equal(expected, Fault(key, new() { Profile = profile }));

    [Fact]
    public void Resolve_SharedOptions_AllocatesNothing()
    {
        var options = new TieredCacheEntryOptions { Profile = "brief", Duration = Second };
        Resolve("product:1", options);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) Resolve("product:1", options);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static EntryPolicy Resolve(string key, TieredCacheEntryOptions? options) =>
        EntryPolicy.Resolve(Profiles, Profiles.For(key), key, options);

    private static string Fault(string key, TieredCacheEntryOptions options) =>
        Assert.Throws<ArgumentException>(() => Resolve(key, options)).Message;
}
