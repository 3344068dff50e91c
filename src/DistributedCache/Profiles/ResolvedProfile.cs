using DistributedCache.Expiry;


namespace DistributedCache.Profiles;

/// <summary>A profile with every value decided. Immutable: a reload makes new ones.</summary>
internal sealed class ResolvedProfile
{
    /// <param name="index">Stays with the name across reloads, so that counters can be an array.</param>
    /// <param name="name">The profile's name.</param>
    /// <param name="complete">Its values, none missing.</param>
    /// <param name="options">The cache's, for what they share.</param>
    public ResolvedProfile(int index, string name, TieredCacheProfile complete, TieredCacheOptions options)
    {
        Index = index;
        Name = name;
        Keys = complete.Keys is null ? [] : [.. complete.Keys];
        Jitter = complete.Jitter!.Value;
        EarlyRefresh = complete.EarlyRefresh!.Value;
        FactorySoftTimeout = complete.FactorySoftTimeout!.Value;
        FactoryHardTimeout = complete.FactoryHardTimeout!.Value;
        RetryAfterFailure = complete.RetryAfterFailure!.Value;
        NullDuration = complete.NullDuration!.Value;
        Eviction = complete.Eviction!.Value;
        LocalBudget = complete.LocalBudget
            ?? (Eviction == LocalEviction.Adaptive ? null : TieredCacheDefaults.LocalBudget(options.LocalSizeLimit));
        Primary = complete.Primary!.Value;
        Versioned = !Primary && complete.Versioned!.Value;
        Version = !Versioned ? TieredCacheDefaults.Unversioned : string.IsNullOrEmpty(complete.Version) ? options.Version : complete.Version;
        Isolate = complete.Isolate!.Value;
        WhenUnverified = complete.WhenUnverified!.Value;
        UnverifiedFor = complete.UnverifiedFor!.Value;
        CompressAbove = complete.CompressAbove!.Value;
        Sensitive = complete.Sensitive!.Value;
        Replicate = complete.Replicate!.Value;
        Source = string.IsNullOrEmpty(complete.Source) ? null : complete.Source;
        LocalCap = complete.LocalDuration;
        RetryAfterFailureMs = Milliseconds(RetryAfterFailure);
        NullDurationMs = Milliseconds(NullDuration);
        UnverifiedForMs = Milliseconds(UnverifiedFor);
        Policy = EntryPolicy.Of(this, complete);
    }

    public int Index { get; }

    public string Name { get; }

    public IReadOnlyList<string> Keys { get; }

    /// <summary>What holds for a call that says nothing of its own.</summary>
    public EntryPolicy Policy { get; }

    public TimeSpan Duration => Policy.Duration;

    /// <summary>The longest lifetime in L1 where the profile says one, else null: as long as the entry's.</summary>
    public TimeSpan? LocalCap { get; }

    public double Jitter { get; }

    public double EarlyRefresh { get; }

    /// <summary><see cref="Timeout.InfiniteTimeSpan"/> where there is none.</summary>
    public TimeSpan FactorySoftTimeout { get; }

    /// <summary><see cref="Timeout.InfiniteTimeSpan"/> where there is none.</summary>
    public TimeSpan FactoryHardTimeout { get; }

    public TimeSpan RetryAfterFailure { get; }

    public long RetryAfterFailureMs { get; }

    public TimeSpan NullDuration { get; }

    public long NullDurationMs { get; }

    public LocalEviction Eviction { get; }

    /// <summary>Bytes of the profile's own region in L1; null: it shares what the others leave.</summary>
    public long? LocalBudget { get; }

    public bool Primary { get; }

    /// <summary>False for primary data, whatever the options say.</summary>
    public bool Versioned { get; }

    /// <summary>The version the entries live under; <see cref="TieredCacheDefaults.Unversioned"/> where they have none.</summary>
    public string Version { get; }

    public bool Isolate { get; }

    public UnverifiedBehavior WhenUnverified { get; }

    public TimeSpan UnverifiedFor { get; }

    public long UnverifiedForMs { get; }

    /// <summary><see cref="int.MaxValue"/>: never.</summary>
    public int CompressAbove { get; }

    public bool Sensitive { get; }

    public bool Replicate { get; }

    /// <summary>Null: loads are not limited.</summary>
    public string? Source { get; }

    /// <summary>Whether a key has one and the same physical key under both profiles.</summary>
    public bool SameHome(ResolvedProfile other) =>
        ReferenceEquals(this, other) || (Primary == other.Primary && Versioned == other.Versioned && Version == other.Version);

    /// <summary>Rounds up, so that a lifetime of less than a millisecond is not none.</summary>
    internal static long Milliseconds(TimeSpan time) =>
        (time.Ticks / TimeSpan.TicksPerMillisecond) + (time.Ticks % TimeSpan.TicksPerMillisecond > 0 ? 1 : 0);
}
