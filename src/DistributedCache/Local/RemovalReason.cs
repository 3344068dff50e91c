namespace DistributedCache.Local;

/// <summary>Why an entry left the store.</summary>
internal enum RemovalReason : byte
{
    /// <summary>By request: a remove or a clear.</summary>
    Removed,

    /// <summary>A later entry of the same key took its place, or was refused but outdated it.</summary>
    Replaced,

    /// <summary>Past its last use as a fallback.</summary>
    Expired,

    /// <summary>It gave way to others, or to the machine's need for memory.</summary>
    Evicted,
}
