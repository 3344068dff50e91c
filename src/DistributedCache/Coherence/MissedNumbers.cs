namespace DistributedCache.Coherence;

/// <summary>What a partition was found to miss, until a catch-up has put it back. Guarded by the partition's lock.</summary>
internal sealed class MissedNumbers(PartitionState partition, Lineage lineage)
{
    // Up to where a catch-up must come.
    private long _to;

    /// <summary>Whether something was found missing that no catch-up has begun to look for yet.</summary>
    public bool Any { get; private set; }

    /// <summary>Notes that everything up to a number is to be looked for.</summary>
    public Progress Note(Progress progress, long to)
    {
        Any = true;
        _to = Math.Max(_to, to);
        return progress;
    }

    /// <summary>Begins a catch-up: from where the log is to be read, and up to where it must reach to have left nothing out.</summary>
    public (long After, long Target) Begin()
    {
        var target = Math.Max(lineage.Numbers.Of(partition.Base), _to);
        Found();
        return (partition.Applied, target);
    }

    /// <summary>Applies the log as it was read; false where it leaves out what this node missed, or shows that what this node knew was
    /// lost: the partition is then to begin anew with a head that is read now.</summary>
    public bool TryApply(IReadOnlyList<Invalidation> log, long target)
    {
        foreach (var entry in log)
        {
            if (entry.Incarnation != partition.Incarnation || partition.Apply(entry) is Progress.Behind or Progress.Foreign)
            {
                Found();
                return false;
            }
        }

        return partition.Applied >= target;
    }

    public void Found() => (Any, _to) = (false, 0);
}
