namespace DistributedCache.Coherence;

/// <summary>What the invalidations say of an entry. Its lifetime is another matter.</summary>
internal enum Verdict
{
    /// <summary>Nothing invalidated it, as of at most MaxStaleness ago.</summary>
    Valid,

    /// <summary>Something invalidated it, or may have: it is not served.</summary>
    Invalid,

    /// <summary>Nothing known here invalidated it, but a partition of it was not verified in time.</summary>
    Unverified,

    /// <summary>It is older than what this node has followed: its marks must be asked for, then it is judged again.</summary>
    Unknown,
}
