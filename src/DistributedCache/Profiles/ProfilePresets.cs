namespace DistributedCache.Profiles;

/// <summary>Starting points for what most data falls into, by the profile's name.</summary>
internal static class ProfilePresets
{
    /// <summary>The preset of that name, made anew since profiles are mutable; null where the name is none's.</summary>
    public static TieredCacheProfile? For(string name) => name.ToUpperInvariant() switch
    {
        "SESSION" => new()
        {
            Duration = TieredCacheDefaults.MaximumLifetime,
            Sliding = TimeSpan.FromMinutes(20),
            Primary = true,
            Eviction = LocalEviction.Never,
        },
        "CATALOG" => new()
        {
            Duration = TimeSpan.FromHours(4),
            StaleFor = TimeSpan.FromHours(1),
            EarlyRefresh = 1,
            FactorySoftTimeout = TimeSpan.FromSeconds(2),
        },
        "API" => new()
        {
            Duration = TimeSpan.FromMinutes(2),
            StaleFor = TimeSpan.FromMinutes(10),
            EarlyRefresh = 1,
            FactorySoftTimeout = TimeSpan.FromSeconds(1),
            FactoryHardTimeout = TimeSpan.FromSeconds(10),
        },
        "REALTIME" => new()
        {
            Duration = TimeSpan.FromSeconds(30),
            StaleFor = TimeSpan.Zero,
            EarlyRefresh = 1,
            FactoryHardTimeout = TimeSpan.FromSeconds(5),
            RetryAfterFailure = TimeSpan.FromSeconds(1),
            NullDuration = TimeSpan.FromSeconds(5),
            WhenUnverified = UnverifiedBehavior.Revalidate,
        },
        _ => null,
    };
}
