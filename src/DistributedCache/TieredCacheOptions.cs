namespace DistributedCache;

/// <summary>Placeholder.</summary>
public sealed class TieredCacheOptions
{
    /// <summary>P.</summary>
    public static readonly TimeSpan MaximumLifetime = TimeSpan.FromDays(30);
    /// <summary>P.</summary>
    public int MaximumKeyLength { get; set; } = 1024;
    /// <summary>P.</summary>
    public TimeSpan MaxStaleness { get; set; } = TimeSpan.FromSeconds(2);
}
