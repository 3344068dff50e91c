namespace DistributedCache.Profiles;

/// <summary>Lays a profile over its preset, over <c>Default</c>, over the defaults: the first that sets a value has it.</summary>
internal static class ProfileLayers
{
    /// <summary>The profile with every value it holds; null stays only what has no default.</summary>
    public static TieredCacheProfile Complete(string name, IDictionary<string, TieredCacheProfile> profiles)
    {
        var own = Own(name, profiles.TryGetValue(name, out var named) ? named : null);
        var common = profiles.TryGetValue(TieredCacheDefaults.ProfileName, out var found) && found is not null && found != named ? found : new();
        var defaults = TieredCacheDefaults.Profile;
        // On a copy: the options' own Default is not to change.
        if (own.Primary ?? common.Primary ?? defaults.Primary!.Value) common = WithoutLoss(Over(common, new()));

        return Shorten(own, Over(Endless(Over(own, common)), defaults));
    }

    /// <summary>What a profile and its preset say by themselves.</summary>
    public static TieredCacheProfile Own(string name, TieredCacheProfile? profile) =>
        Endless(Over(profile ?? new(), ProfilePresets.For(name) ?? new()));

    /// <summary>What only slides has no other end: a lifetime meant for what does not slide would cut its entries short.</summary>
    private static TieredCacheProfile Endless(TieredCacheProfile profile)
    {
        if (profile.Sliding > TimeSpan.Zero) profile.Duration ??= TieredCacheDefaults.MaximumLifetime;
        return profile;
    }

    private static TieredCacheProfile Over(TieredCacheProfile upper, TieredCacheProfile lower) => new()
    {
        Keys = upper.Keys,
        LocalBudget = upper.LocalBudget,
        Duration = upper.Duration ?? lower.Duration,
        LocalDuration = upper.LocalDuration ?? lower.LocalDuration,
        Sliding = upper.Sliding ?? lower.Sliding,
        StaleFor = upper.StaleFor ?? lower.StaleFor,
        LocalSize = upper.LocalSize ?? lower.LocalSize,
        Flags = upper.Flags ?? lower.Flags,
        Jitter = upper.Jitter ?? lower.Jitter,
        EarlyRefresh = upper.EarlyRefresh ?? lower.EarlyRefresh,
        FactorySoftTimeout = upper.FactorySoftTimeout ?? lower.FactorySoftTimeout,
        FactoryHardTimeout = upper.FactoryHardTimeout ?? lower.FactoryHardTimeout,
        RetryAfterFailure = upper.RetryAfterFailure ?? lower.RetryAfterFailure,
        NullDuration = upper.NullDuration ?? lower.NullDuration,
        Eviction = upper.Eviction ?? lower.Eviction,
        Primary = upper.Primary ?? lower.Primary,
        Versioned = upper.Versioned ?? lower.Versioned,
        Version = upper.Version ?? lower.Version,
        Isolate = upper.Isolate ?? lower.Isolate,
        WhenUnverified = upper.WhenUnverified ?? lower.WhenUnverified,
        UnverifiedFor = upper.UnverifiedFor ?? lower.UnverifiedFor,
        CompressAbove = upper.CompressAbove ?? lower.CompressAbove,
        Sensitive = upper.Sensitive ?? lower.Sensitive,
        Replicate = upper.Replicate ?? lower.Replicate,
        Source = upper.Source ?? lower.Source,
    };

    /// <summary>What a primary profile inherits: nothing that forgets its values early, serves them late or loads them.</summary>
    private static TieredCacheProfile WithoutLoss(TieredCacheProfile inherited)
    {
        inherited.Jitter = 0;
        inherited.EarlyRefresh = 0;
        inherited.StaleFor = TimeSpan.Zero;
        inherited.WhenUnverified = UnverifiedBehavior.Revalidate;
        return inherited;
    }

    /// <summary>Shortens what was inherited to the lifetime that the profile itself says.</summary>
    private static TieredCacheProfile Shorten(TieredCacheProfile own, TieredCacheProfile complete)
    {
        if (own.LocalDuration is null && complete.LocalDuration > complete.Duration) complete.LocalDuration = complete.Duration;
        if (own.NullDuration is null && complete.NullDuration > complete.Duration) complete.NullDuration = complete.Duration;
        return complete;
    }
}
