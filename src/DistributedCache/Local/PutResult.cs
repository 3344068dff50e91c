namespace DistributedCache.Local;

/// <summary>What became of an entry that was put.</summary>
internal enum PutResult : byte
{
    Stored,

    /// <summary>The caller's condition did not hold; nothing was changed.</summary>
    NotAdmitted,

    /// <summary>Heavier than the whole budget of its region. An older entry of the key is gone.</summary>
    RefusedTooLarge,

    /// <summary>A region that never evicts has no room. An older entry of the key is gone.</summary>
    RefusedFull,
}
