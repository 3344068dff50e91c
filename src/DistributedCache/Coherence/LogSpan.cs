namespace DistributedCache.Coherence;

/// <summary>What a partition has numbered after one number and up to another, of one incarnation.</summary>
/// <param name="Incarnation">The incarnation.</param>
/// <param name="After">The number before the first.</param>
/// <param name="UpTo">The last.</param>
internal readonly record struct LogSpan(long Incarnation, long After, long UpTo)
{
    public long Count => UpTo - After;

    /// <summary>Whether it has a number.</summary>
    public bool Has(TokenPart write) => write.Incarnation == Incarnation && write.Sequence > After && write.Sequence <= UpTo;

    /// <summary>Whether the log tells all of it, and none of it concerns an entry but what the caller has written himself. What it does not
    /// tell may concern any: of another era, trimmed, or lost.</summary>
    /// <param name="log">The log after <see cref="After"/>.</param>
    /// <param name="own">The caller's numbers.</param>
    /// <param name="index">The entry's key.</param>
    /// <param name="stamps">Its marks.</param>
    public bool Spares(IReadOnlyList<Invalidation> log, IReadOnlySet<long> own, string index, StampSet stamps)
    {
        var last = After;
        foreach (var entry in log)
        {
            if (last == UpTo) break;
            if (entry.Incarnation != Incarnation || entry.Sequence != last + 1 || entry.Kind == InvalidationKind.Jump) return false;
            if (!own.Contains(entry.Sequence) && Concerns(entry, index, stamps)) return false;
            last = entry.Sequence;
        }

        return last == UpTo;
    }

    private static bool Concerns(Invalidation entry, string index, StampSet stamps)
    {
        if (entry.Kind != InvalidationKind.Mark) return entry.Indexes.Contains(index);
        if (entry.Mark == Mark.Clear || entry.Mark == Mark.ClearOf(stamps.Tenant)) return true;
        foreach (ref readonly var stamp in stamps.Marks)
        {
            if (stamp.Mark == entry.Mark) return true;
        }

        return false;
    }
}
