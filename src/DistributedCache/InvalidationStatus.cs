namespace DistributedCache;

/// <summary>How far a write or an invalidation came. In bulk the greatest of its keys' counts.</summary>
public enum InvalidationStatus
{
    /// <summary>The remote tier has it: it holds on every node.</summary>
    Acknowledged,

    /// <summary>There is no remote tier: it holds in this process, which is all there is.</summary>
    LocalOnly,

    /// <summary>The remote tier is away: it holds in this process, and is sent when the tier is back. Of
    /// a value that was to be set a removal is sent.</summary>
    Queued,

    /// <summary>Nothing was stored, and the entry was removed if that was possible.</summary>
    Rejected,
}
