namespace DistributedCache;

/// <summary>A source that factories load from, such as a database, and how much at once it is asked.</summary>
/// <remarks>Profiles name it by <see cref="TieredCacheProfile.Source"/>; those that name the same one share its limits in this process.</remarks>
public sealed class SourceOptions
{
    /// <summary>How many loads run at once; 1 or more. One whose factory goes on after the hard timeout counts until that has ended.
    /// Default: no limit.</summary>
    public int MaximumConcurrentLoads { get; set; } = int.MaxValue;

    /// <summary>How many loads wait for their turn; 0 or more. One more fails as a load fails: with a stale value where there is one.
    /// Default: no limit.</summary>
    public int MaximumQueuedLoads { get; set; } = int.MaxValue;
}
