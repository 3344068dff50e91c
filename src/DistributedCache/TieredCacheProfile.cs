using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache;

/// <summary>How one kind of data is cached: by its keys' prefixes, or named in a call.</summary>
/// <remarks>
/// <para>What is null here comes from the preset of that name (<c>session</c>, <c>catalog</c>, <c>api</c>, <c>realtime</c>), else
/// from the profile named <c>Default</c>, else from the default stated with each property. <see cref="Keys"/> and
/// <see cref="LocalBudget"/> are each profile's own.</para>
/// <para>All are validated together at start-up. A valid change of configuration takes effect while the application runs, except
/// of <see cref="Keys"/>, <see cref="Primary"/>, <see cref="Versioned"/> and <see cref="Version"/>, which say where a key
/// lives, and of <see cref="Eviction"/> and <see cref="LocalBudget"/>, of which L1 is made: these need a restart.</para>
/// </remarks>
public sealed class TieredCacheProfile
{
    /// <summary>The prefixes of the keys it holds for, such as <c>product:</c>; compared ordinally, and the longest that matches
    /// wins. A prefix may be in one profile only. Default: none, so that it is used by name. <c>Default</c> takes none: it holds for
    /// what no other profile does.</summary>
    public IList<string>? Keys { get; set; }

    /// <summary>The fresh lifetime in any tier; more than zero and at most <see cref="TieredCacheOptions.MaximumLifetime"/>.
    /// Default: 5 minutes; <see cref="TieredCacheOptions.MaximumLifetime"/> where this profile is <see cref="Sliding"/> and does not set it.</summary>
    public TimeSpan? Duration { get; set; }

    /// <summary>The fresh lifetime in this process (L1); more than zero and at most <see cref="Duration"/>. Default: <see cref="Duration"/>.</summary>
    public TimeSpan? LocalDuration { get; set; }

    /// <summary>Lets an entry live as long as it is read at least once in this time, and at most <see cref="Duration"/>;
    /// zero: not sliding. Default: zero.</summary>
    public TimeSpan? Sliding { get; set; }

    /// <summary>How long after its fresh lifetime a value may stand in for a failed or slow load; from zero to
    /// <see cref="TieredCacheOptions.MaximumLifetime"/>. Default: zero. Not for primary data.</summary>
    public TimeSpan? StaleFor { get; set; }

    /// <summary>An entry's weight in this process, in bytes, where the estimate is not wanted; zero or more. Default: the estimate.</summary>
    public long? LocalSize { get; set; }

    /// <summary>Tiers and steps to leave out. Default: none.</summary>
    public HybridCacheEntryFlags? Flags { get; set; }

    /// <summary>The fraction by which lifetimes are shortened at random, so that entries made together do not end together; drawn
    /// once an entry, for both tiers; from 0 to 0.5. Default: 0.1; 0 for primary data.</summary>
    public double? Jitter { get; set; }

    /// <summary>How eagerly an entry is refreshed in the background before its lifetime is over: XFetch's β; 0: not at all, 1: as
    /// the paper has it; finite. Default: 0. Not for primary data.</summary>
    public double? EarlyRefresh { get; set; }

    /// <summary>How long a caller waits for the factory before it gets the stale value, if there is one; zero (the stale value
    /// at once, and the load behind it) or more, less than <see cref="FactoryHardTimeout"/>, or <see cref="Timeout.InfiniteTimeSpan"/>.
    /// Default: infinite.</summary>
    public TimeSpan? FactorySoftTimeout { get; set; }

    /// <summary>How long a load may take, its wait for a turn at its <see cref="Source"/> included, before it ends and its key is free for
    /// the next; more than zero and at most <see cref="TieredCacheOptions.MaximumLifetime"/>, or <see cref="Timeout.InfiniteTimeSpan"/>. Default: 30 seconds.</summary>
    public TimeSpan? FactoryHardTimeout { get; set; }

    /// <summary>How long the stale value is served after a failed load before the next is tried; zero or more. Default: 5 seconds.</summary>
    public TimeSpan? RetryAfterFailure { get; set; }

    /// <summary>The fresh lifetime of null; zero: it is not stored. Default: 30 seconds, or <see cref="Duration"/> if that is shorter.</summary>
    public TimeSpan? NullDuration { get; set; }

    /// <summary>How entries make room in this process. Default: <see cref="LocalEviction.Adaptive"/>.</summary>
    public LocalEviction? Eviction { get; set; }

    /// <summary>The profile's own part of <see cref="TieredCacheOptions.LocalSizeLimit"/>, in bytes; more than zero, and all
    /// parts together less than the whole. Default: a quarter of it for <see cref="LocalEviction.Lru"/> and
    /// <see cref="LocalEviction.Never"/>; with <see cref="LocalEviction.Adaptive"/> the profile shares what the others leave.</summary>
    public long? LocalBudget { get; set; }

    /// <summary>Whether the values are nowhere else, as sessions are: not versioned, without tags, lease and early refresh, touched
    /// by no clear, deployment or failover. Default: false.</summary>
    public bool? Primary { get; set; }

    /// <summary>Whether each version of the application has entries of its own. Default: true; never for primary data.</summary>
    public bool? Versioned { get; set; }

    /// <summary>The version of this profile's entries; letters, digits, <c>.</c>, <c>_</c>, <c>-</c>. Default, or empty:
    /// <see cref="TieredCacheOptions.Version"/>.</summary>
    public string? Version { get; set; }

    /// <summary>Whether each caller gets an instance of its own, which it may change. Default: false, all share one.</summary>
    public bool? Isolate { get; set; }

    /// <summary>What becomes of a hit that could not be verified. Default: <see cref="UnverifiedBehavior.ServeStale"/>;
    /// <see cref="UnverifiedBehavior.Revalidate"/> for primary data.</summary>
    public UnverifiedBehavior? WhenUnverified { get; set; }

    /// <summary>How long an unverified value may be served; from zero to <see cref="TieredCacheOptions.MaximumLifetime"/>. Default: 5 minutes.</summary>
    public TimeSpan? UnverifiedFor { get; set; }

    /// <summary>The payload, in bytes, above which it is compressed for the remote tier; zero or more. Default: <see cref="int.MaxValue"/>, never.</summary>
    public int? CompressAbove { get; set; }

    /// <summary>Whether the values are secret: they are sealed for the remote tier, and neither logged nor shown. Default: false.</summary>
    public bool? Sensitive { get; set; }

    /// <summary>Whether values, and not only invalidations, are sent to other regions. Default: false.</summary>
    public bool? Replicate { get; set; }

    /// <summary>The name, among <see cref="TieredCacheOptions.Sources"/>, of what the factories load from. Default, or empty: none, no limit.</summary>
    public string? Source { get; set; }
}
