namespace DistributedCache.Redis.Partitions;

/// <summary>How long the servers keep a value.</summary>
internal static class RemoteLifetime
{
    private static readonly TimeSpan Maximum = TieredCacheOptions.MaximumLifetime * 2;

    /// <summary>In whole ms, at least one.</summary>
    public static long Milliseconds(TimeSpan time) => Math.Clamp((long)time.TotalMilliseconds, 1, (long)Maximum.TotalMilliseconds);
}
