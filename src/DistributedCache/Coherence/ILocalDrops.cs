namespace DistributedCache.Coherence;

/// <summary>What an applied invalidation does to L1. Called under the partition's lock.</summary>
internal interface ILocalDrops
{
    /// <summary>Drops the key's entry if it is stamped below the sequence number: a node's own echo harms nothing.</summary>
    void DropBelow(string index, long sequence);

    /// <summary>Makes the key's entry stale from now on if it is stamped below the sequence number.</summary>
    void ExpireBelow(string index, long sequence);
}
