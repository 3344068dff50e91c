namespace DistributedCache.Coherence;

/// <summary>What a node knows of a partition at one moment: sent with every write so that a server that forgot is found out, and what the
/// reply is judged by, however late it comes.</summary>
/// <param name="Incarnation">The highest incarnation.</param>
/// <param name="Seen">The highest number seen in it.</param>
/// <param name="Numbers">The highest of each of its eras.</param>
/// <param name="Source">The lowest version of its source that a load may read.</param>
internal readonly record struct Known(long Incarnation, long Seen, KnownNumbers? Numbers = null, long Source = 0)
{
    /// <summary>Whether a head is below what was known before it was read: another server speaks, or an older copy was put back.</summary>
    public bool IsAbove(Head head) => head.Incarnation == Incarnation && head.Sequence < Seen;
}
