using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache;

/// <summary>Every default, in its one home. Durations, then bytes, then counts.</summary>
internal static class TieredCacheDefaults
{
    public const string ProfileName = "Default";

    /// <summary>The version of entries whose profile is not versioned.</summary>
    public const string Unversioned = "_";

    public static readonly TimeSpan MaximumLifetime = TimeSpan.FromDays(30);
    public static readonly TimeSpan LeaseDuration = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan RemoteTimeout = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(2);

    /// <summary>Heartbeats in one <see cref="TieredCacheOptions.MaxStaleness"/>: one may be lost, and one late, before L1 is unverified.</summary>
    public const int HeartbeatsPerStaleness = 4;

    public const int MaximumPayloadBytes = 1 << 20;
    public const long LargestLocalSizeLimit = 256L << 20;

    public const int MaximumKeyLength = 1024;
    public const int Partitions = 64;
    public const int LogLength = 4096;
    public const int TagsPerPartition = 32_768;
    public const int MaximumQueuedInvalidations = 10_000;

    public const double VerifySample = 0.0001;

    /// <summary>What no profile sets. Made anew, since profiles are mutable.</summary>
    public static TieredCacheProfile Profile => new()
    {
        Duration = TimeSpan.FromMinutes(5),
        StaleFor = TimeSpan.Zero,
        Sliding = TimeSpan.Zero,
        Flags = HybridCacheEntryFlags.None,
        Jitter = 0.1,
        EarlyRefresh = 0,
        FactorySoftTimeout = Timeout.InfiniteTimeSpan,
        FactoryHardTimeout = TimeSpan.FromSeconds(30),
        RetryAfterFailure = TimeSpan.FromSeconds(5),
        NullDuration = TimeSpan.FromSeconds(30),
        Eviction = LocalEviction.Adaptive,
        Primary = false,
        Versioned = true,
        Isolate = false,
        WhenUnverified = UnverifiedBehavior.ServeStale,
        UnverifiedFor = TimeSpan.FromMinutes(5),
        CompressAbove = int.MaxValue,
        Sensitive = false,
        Replicate = false,
    };

    /// <summary>L1's bytes on a machine, or in a container, that lets the GC have so many.</summary>
    public static long LocalSizeLimit(long availableBytes) => Math.Clamp(availableBytes / 10, 1, LargestLocalSizeLimit);

    /// <summary>What a profile that keeps its entries apart (<c>Lru</c>, <c>Never</c>) gets where it names no budget.</summary>
    public static long LocalBudget(long localSizeLimit) => Math.Max(1, localSizeLimit / 4);
}
