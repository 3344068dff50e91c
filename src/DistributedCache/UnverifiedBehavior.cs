namespace DistributedCache;

/// <summary>What becomes of a hit that could not be verified within <see cref="TieredCacheOptions.MaxStaleness"/>.</summary>
public enum UnverifiedBehavior
{
    /// <summary>It is served and marked for at most <see cref="TieredCacheProfile.UnverifiedFor"/>, and refreshed behind; then as <see cref="Revalidate"/>.</summary>
    ServeStale,

    /// <summary>The remote tier is asked, else the factory runs.</summary>
    Revalidate,

    /// <summary>The factory runs.</summary>
    Refuse,
}
