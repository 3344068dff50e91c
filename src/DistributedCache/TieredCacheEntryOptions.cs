using DistributedCache.Expiry;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache;

/// <summary>What differs from a key's profile in one call. What is null comes from the profile.</summary>
/// <remarks>Make one and keep it: it is immutable, and may be shared by any number of calls.</remarks>
public sealed class TieredCacheEntryOptions
{
    private ResolvedOptions? _resolved;

    /// <summary>The name of the profile to use instead of the one the key's prefix selects. It must not differ in
    /// <see cref="TieredCacheProfile.Primary"/>, <see cref="TieredCacheProfile.Versioned"/> or <see cref="TieredCacheProfile.Version"/>,
    /// which say where the key lives.</summary>
    public string? Profile { get; init; }

    /// <summary>The fresh lifetime in any tier; more than zero and at most <see cref="TieredCacheOptions.MaximumLifetime"/>.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>The fresh lifetime in this process; more than zero. More than the duration counts as the duration.</summary>
    public TimeSpan? LocalDuration { get; init; }

    /// <summary>Lets the entry live as long as it is read at least once in this time; more than zero.</summary>
    public TimeSpan? Sliding { get; init; }

    /// <summary>How long after its fresh lifetime the value may still stand in for a failed or slow load; zero or more.</summary>
    public TimeSpan? StaleFor { get; init; }

    /// <summary>The entry's weight in this process, in bytes, where the estimate is not wanted; zero or more.</summary>
    public long? LocalSize { get; init; }

    /// <summary>Tiers and steps to leave out.</summary>
    public HybridCacheEntryFlags? Flags { get; init; }

    /// <summary>Whether a hit in this process may answer: asked before anything else is looked at.</summary>
    internal ResolvedOptions? Resolved
    {
        get => Volatile.Read(ref _resolved);
        set => Volatile.Write(ref _resolved, value);
    }

    internal bool AllowsLocalRead => Flags is not { } flags || (flags & HybridCacheEntryFlags.DisableLocalCacheRead) == 0;
}
