namespace DistributedCache.Coherence;

/// <summary>Lets entries that were loaded alike share one <see cref="StampSet"/>: a direct-mapped table that forgets on collision.</summary>
/// <remarks>Between two invalidations all keys of one prefix, partition and set of tags have equal stamps, so in a quiet system
/// an entry's stamps cost one reference.</remarks>
internal sealed class StampPool
{
    private readonly StampSet?[] _sets = new StampSet?[4096];

    public StampSet Share(StampSet set)
    {
        ref var slot = ref _sets[set.GetHashCode() & (_sets.Length - 1)];
        var present = Volatile.Read(ref slot);
        if (present is not null && present.Equals(set)) return present;
        Volatile.Write(ref slot, set);
        return set;
    }
}
