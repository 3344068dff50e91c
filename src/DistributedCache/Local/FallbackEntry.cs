namespace DistributedCache.Local;

/// <summary>An entry whose lifetime is over and whose last load failed: it stands in until the next one may be tried.</summary>
internal sealed class FallbackEntry(string key, object value, int weight, byte region, long retryAt)
    : LocalEntry(key, value, weight, region)
{
    /// <summary>Monotonic milliseconds.</summary>
    public long RetryAt => retryAt;
}
