namespace DistributedCache.Tests.TieredOptions;

public class ProfileValidationTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TooLong = TieredCacheOptions.MaximumLifetime + TimeSpan.FromTicks(1);

    public static TheoryData<TieredCacheProfile, string> Faulty => new()
    {
        { new() { Duration = TimeSpan.Zero }, "Duration is 00:00:00; it must be more than zero and at most 30.00:00:00." },
        { new() { Duration = -Second }, "Duration is -00:00:01; it must be more than zero and at most 30.00:00:00." },
        { new() { Duration = TooLong }, "Duration is 30.00:00:00.0000001; it must be more than zero and at most 30.00:00:00." },
        { new() { LocalDuration = TimeSpan.Zero }, "LocalDuration is 00:00:00; it must be more than zero and at most 30.00:00:00." },
        { new() { LocalDuration = TimeSpan.FromMinutes(6) }, "LocalDuration is 00:06:00; it must be at most Duration, which is 00:05:00." },
        { new() { Duration = Second, LocalDuration = 2 * Second }, "LocalDuration is 00:00:02; it must be at most Duration, which is 00:00:01." },
        { new() { Sliding = -Second }, "Sliding is -00:00:01; it must be from zero to 30.00:00:00." },
        { new() { Sliding = 2 * Second, Duration = Second }, "Sliding is 00:00:02; it must be at most Duration, which is 00:00:01." },
        { new() { StaleFor = -Second }, "StaleFor is -00:00:01; it must be from zero to 30.00:00:00." },
        { new() { StaleFor = TooLong }, "StaleFor is 30.00:00:00.0000001; it must be from zero to 30.00:00:00." },
        { new() { LocalSize = -1 }, "LocalSize is -1; it must be 0 or more." },
        { new() { Jitter = 0.51 }, "Jitter is 0.51; it must be from 0 to 0.5." },
        { new() { Jitter = -0.1 }, "Jitter is -0.1; it must be from 0 to 0.5." },
        { new() { Jitter = double.NaN }, "Jitter is NaN; it must be from 0 to 0.5." },
        { new() { EarlyRefresh = -1 }, "EarlyRefresh is -1; it must be 0 or more, and finite." },
        { new() { EarlyRefresh = double.NaN }, "EarlyRefresh is NaN; it must be 0 or more, and finite." },
        { new() { EarlyRefresh = double.PositiveInfinity }, "EarlyRefresh is Infinity; it must be 0 or more, and finite." },
        { new() { FactorySoftTimeout = -Second }, "FactorySoftTimeout is -00:00:01; it must be more than zero and at most 30.00:00:00." },
        { new() { FactoryHardTimeout = -2 * Second }, "FactoryHardTimeout is -00:00:02; it must be more than zero and at most 30.00:00:00." },
        { new() { FactorySoftTimeout = 30 * Second }, "FactorySoftTimeout is 00:00:30; it must be less than FactoryHardTimeout, which is 00:00:30." },
        { new() { FactorySoftTimeout = Second, FactoryHardTimeout = Second }, "FactorySoftTimeout is 00:00:01; it must be less than FactoryHardTimeout, which is 00:00:01." },
        { new() { RetryAfterFailure = -Second }, "RetryAfterFailure is -00:00:01; it must be from zero to 30.00:00:00." },
        { new() { NullDuration = -Second }, "NullDuration is -00:00:01; it must be from zero to 30.00:00:00." },
        { new() { Eviction = (LocalEviction)9, LocalBudget = 1 }, "Eviction is 9; it must be one of Adaptive, Lru, Never." },
        { new() { LocalBudget = 0 }, "LocalBudget is 0; it must be 1 or more." },
        { new() { WhenUnverified = (UnverifiedBehavior)9 }, "WhenUnverified is 9; it must be one of ServeStale, Revalidate, Refuse." },
        { new() { UnverifiedFor = -Second }, "UnverifiedFor is -00:00:01; it must be from zero to 30.00:00:00." },
        { new() { CompressAbove = -1 }, "CompressAbove is -1; it must be from 0 to 2,147,483,647." },
        { new() { Version = "a/b" }, "Version is 'a/b'; it must be of letters, digits, '.', '_' and '-', and not empty." },
        { new() { Version = "_" }, "Version is '_'; it must be another, since that one is of profiles without versions." },
        { new() { Versioned = false, Version = "2" }, "Version is '2'; it must be left out, since Versioned is false." },
        { new() { Source = "sql" }, "Source is 'sql'; it must be one of Sources, which has none." },
        { new() { Primary = true, Versioned = true }, "Versioned is True; it must be left out, since the profile is primary: its values outlive deployments." },
        { new() { Primary = true, Version = "2" }, "Version is '2'; it must be left out, since the profile is primary: its values outlive deployments." },
        { new() { Primary = true, StaleFor = Second }, "StaleFor is 00:00:01; it must be left out, since the profile is primary: what has ended is not served." },
        { new() { Primary = true, EarlyRefresh = 1 }, "EarlyRefresh is 1; it must be left out, since the profile is primary: nothing could load its values." },
        { new() { Primary = true, WhenUnverified = UnverifiedBehavior.ServeStale }, "WhenUnverified is ServeStale; it must be Revalidate, since the profile is primary." },
        { new() { Keys = [""] }, "Keys:0 is ''; it must be a prefix of 1 character or more." },
        { new() { Keys = [null!] }, "Keys:0 is null; it must be a prefix of 1 character or more." },
        { new() { Keys = ["a:", "b:*"] }, "Keys:1 is 'b:*'; it must be a plain prefix, without '*'." },
        { new() { Keys = ["a\n"] }, "Keys:0 is 'a\n'; it must be without control characters, as keys are." },
        { new() { Keys = ["a\ud800"] }, "Keys:0 is 'a\ud800'; it must be without surrogates that lack their other half, as keys are." },
        { new() { Keys = ["a:", "a:"] }, "Keys:1 is 'a:'; it must be in one profile only, and 'goods' has it." },
        { new() { Keys = [new string('k', 1025)] }, $"Keys:0 is '{new string('k', 1025)}'; it must be at most MaximumKeyLength, 1,024 characters, long." },
    };

    [Theory]
    [MemberData(nameof(Faulty), DisableDiscoveryEnumeration = true)]
    public void Validate_OneFault_NamesOptionValueAndLimit(TieredCacheProfile profile, string expected) =>
        Assert.Equal([$"Profiles:goods:{expected}"], Sets.Faults(Sets.With(("goods", profile))));

    public static TheoryData<TieredCacheProfile> Valid =>
    [
        new TieredCacheProfile { Duration = TieredCacheOptions.MaximumLifetime, LocalDuration = TieredCacheOptions.MaximumLifetime },
        new TieredCacheProfile { Sliding = TimeSpan.Zero, StaleFor = TimeSpan.Zero, NullDuration = TimeSpan.Zero, RetryAfterFailure = TimeSpan.Zero },
        new TieredCacheProfile { Sliding = Second, Duration = Second },
        new TieredCacheProfile { Sliding = TimeSpan.FromDays(1) },
        new TieredCacheProfile { Jitter = 0.5, EarlyRefresh = 0 },
        new TieredCacheProfile { FactorySoftTimeout = TimeSpan.Zero },
        new TieredCacheProfile { FactorySoftTimeout = Timeout.InfiniteTimeSpan, FactoryHardTimeout = Second },
        new TieredCacheProfile { FactorySoftTimeout = TimeSpan.FromMinutes(1), FactoryHardTimeout = Timeout.InfiniteTimeSpan },
        new TieredCacheProfile { Primary = true },
        new TieredCacheProfile { Primary = true, Sliding = TimeSpan.FromMinutes(20), Versioned = false, StaleFor = TimeSpan.Zero },
        new TieredCacheProfile { Keys = ["a", "a:", "a:b", "\ud83d\ude00"] },
        new TieredCacheProfile { Version = "", Source = "" },
    ];

    [Theory]
    [MemberData(nameof(Valid), DisableDiscoveryEnumeration = true)]
    public void Validate_ValuesAtTheirLimits_AreValid(TieredCacheProfile profile) =>
        Assert.Empty(Sets.Faults(Sets.With(("goods", profile))));

    [Fact]
    public void Validate_OnePrefixInTwoProfiles_NamesBoth() =>
        Assert.Equal(
            ["Profiles:b:Keys:0 is 'p:'; it must be in one profile only, and 'a' has it."],
            Sets.Faults(Sets.With(("a", new() { Keys = ["p:"] }), ("b", new() { Keys = ["p:", "q:"] }))));

    [Fact]
    public void Validate_KeysInDefault_AreAFault() =>
        Assert.Equal(
            ["Profiles:Default:Keys is 'p:'; it must be empty: the profile holds for whatever no other does."],
            Sets.Faults(Sets.With(("Default", new() { Keys = ["p:"] }))));

    [Fact]
    public void Validate_UnknownSource_NamesTheKnown()
    {
        var options = Sets.With(("goods", new() { Source = "sqk" }));
        options.Sources["sql"] = new();

        Assert.Equal(["Profiles:goods:Source is 'sqk'; it must be one of Sources: sql."], Sets.Faults(options));
    }

    [Fact]
    public void Validate_FaultInDefault_IsToldOnceNotForAllThatInherit() =>
        Assert.Single(Sets.Faults(Sets.With(
            ("Default", new() { FactorySoftTimeout = TimeSpan.FromMinutes(1) }),
            ("goods", new() { Keys = ["p:"] }))));

    [Theory]
    [InlineData("session")]
    [InlineData("catalog")]
    [InlineData("api")]
    [InlineData("realtime")]
    public void Validate_Preset_IsValid(string name) => Assert.Empty(Sets.Faults(Sets.With((name, new()))));
}
