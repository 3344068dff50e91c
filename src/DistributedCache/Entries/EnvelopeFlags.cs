namespace DistributedCache.Entries;

/// <summary>The flags byte of a stored entry, plain so that scripts can patch it. Other bits are refused.</summary>
[Flags]
internal enum EnvelopeFlags : byte
{
    None = 0,

    /// <summary>The value is null; there is no payload.</summary>
    NullValue = 1,

    /// <summary>Expired on request: a fallback only, whatever its fresh-until.</summary>
    StaleMarked = 2,

    /// <summary>No node may hold it in memory, so its writes need not be numbered.</summary>
    NeverLocal = 4,

    /// <summary>The section after the key id is sealed.</summary>
    Sealed = 8,

    /// <summary>A primary value: no stamps.</summary>
    Primary = 16,
}
