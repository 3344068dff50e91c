namespace DistributedCache;

/// <summary>Placeholder.</summary>
public sealed class TieredCacheProfile
{
    /// <summary>P.</summary>
    public bool Isolate { get; set; }
    /// <summary>P.</summary>
    public bool Primary { get; set; }
    /// <summary>P.</summary>
    public bool Versioned { get; set; } = true;
    /// <summary>P.</summary>
    public string? Version { get; set; }
    /// <summary>P.</summary>
    public TimeSpan NullDuration { get; set; }
}
