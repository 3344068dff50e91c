namespace DistributedCache.Redis;

/// <summary>What of the cache's options the tier needs.</summary>
internal sealed record RedisTierSettings(long LeaseMilliseconds, int LogLength, int TagsPerPartition)
{
    /// <summary>A hash with no more fields is read whole.</summary>
    public const int WholeHash = 4_096;

    public static RedisTierSettings Of(TieredCacheOptions options) =>
        new((long)options.LeaseDuration.TotalMilliseconds, options.LogLength, options.TagsPerPartition);
}
