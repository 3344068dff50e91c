namespace DistributedCache.Coherence;

/// <summary>What an invalidation does to what it names.</summary>
internal enum InvalidationKind : byte
{
    /// <summary>Nothing: a new era began.</summary>
    Jump,

    /// <summary>The keys' entries are gone.</summary>
    Remove,

    /// <summary>The keys have new entries, stamped with this sequence number.</summary>
    Set,

    /// <summary>The keys' entries are stale from now on, and stay a fallback.</summary>
    Expire,

    /// <summary>Entries that carry the mark and are stamped below this sequence number are invalid.</summary>
    Mark,
}

/// <summary>One numbered invalidation of a partition: a log entry, and the message that says the same.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Incarnation">Its incarnation.</param>
/// <param name="Base">The base of its era.</param>
/// <param name="Sequence">Its number: one more than the one before, except at a jump.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Indexes">The keys it names.</param>
/// <param name="Mark">The mark it names, where <paramref name="Kind"/> is a mark.</param>
/// <param name="From">The last number before a jump.</param>
/// <param name="Source">The lowest version of its source that a load may read which knows of this number.</param>
internal sealed record Invalidation(
    int Partition,
    long Incarnation,
    long Base,
    long Sequence,
    InvalidationKind Kind,
    IReadOnlyList<string> Indexes,
    Mark Mark = default,
    long From = 0,
    long Source = 0);
