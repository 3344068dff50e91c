using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Entries;

namespace DistributedCache.Verification;

/// <summary>Compares an entry of L1 with what the remote tier says.</summary>
internal static class Comparison
{
    /// <summary>What a partition's marks say of an entry; null: nothing against it.</summary>
    /// <param name="stamps">The entry's stamps.</param>
    /// <param name="sequence">Its key's stamp.</param>
    /// <param name="partition">The partition that was asked.</param>
    /// <param name="reply">Its answer.</param>
    public static DifferenceCause? OfMarks(StampSet stamps, long sequence, int partition, MarksReply reply)
    {
        if (partition == stamps.Partition && reply.Head.Incarnation > stamps.Incarnation) return DifferenceCause.OtherIncarnation;
        foreach (ref readonly var stamp in stamps.Marks)
        {
            if (partition == stamp.Partition && reply.Head.Incarnation > stamp.Incarnation) return DifferenceCause.OtherIncarnation;
        }

        foreach (var (mark, invalidated) in reply.Sequences)
        {
            if (IsMissed(stamps, sequence, partition, mark, invalidated, reply.Head)) return DifferenceCause.MissedInvalidation;
        }

        return null;
    }

    /// <summary>Whether only the log can tell what became of a key. Where the tier still holds the very entry it was not invalidated,
    /// since that would have deleted, replaced or marked it; where it holds none that may have been evicted, and a later one may be no
    /// more than refreshed.</summary>
    public static bool NeedsLog(EnvelopeHeader? stored, StampSet stamps, long sequence) =>
        stored is not { } header || (header.Flags & EnvelopeFlags.StaleMarked) != 0 || header.Incarnation != stamps.Incarnation || header.Sequence > sequence;

    /// <summary>What the log says of a key since its stamp: the last that names it counts. What was trimmed from the log says nothing.</summary>
    public static DifferenceCause? OfLog(IReadOnlyList<Invalidation> log, string index, long incarnation, long sequence)
    {
        DifferenceCause? cause = null;
        foreach (var entry in log)
        {
            if (entry.Incarnation != incarnation || entry.Sequence <= sequence || !entry.Indexes.Contains(index)) continue;
            cause = entry.Kind == InvalidationKind.Set ? DifferenceCause.NewerValue : DifferenceCause.MissedInvalidation;
        }

        return cause;
    }

    private static bool IsMissed(StampSet stamps, long sequence, int partition, Mark mark, long invalidated, Head head)
    {
        if (mark.IsClear) return partition == stamps.Partition && head.Incarnation == stamps.Incarnation && invalidated > sequence;

        // What counts as the floor may have been forgotten long ago.
        if (invalidated == head.Floor) return false;
        foreach (ref readonly var stamp in stamps.Marks)
        {
            if (stamp.Partition == partition && stamp.Mark == mark && stamp.Incarnation == head.Incarnation && invalidated > stamp.Sequence) return true;
        }

        return false;
    }
}
