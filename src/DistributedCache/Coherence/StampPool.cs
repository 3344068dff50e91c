namespace DistributedCache.Coherence;

/// <summary>Lets entries that were loaded alike share one <see cref="StampSet"/>: tables that forget what there is no room for.</summary>
/// <remarks>Between two invalidations all keys of one prefix, partition and set of tags have equal stamps, so in a quiet system
/// an entry's stamps cost one reference, and those of an entry of the remote tier are known by their bytes.</remarks>
internal sealed class StampPool
{
    private readonly RecentTable<StampSet> _sets = new();
    private readonly RecentTable<ReadStamps> _read = new();

    /// <summary>The set with such parts, made where none is known.</summary>
    public StampSet Share(StampOrigin origin, ReadOnlySpan<Stamp> marks)
    {
        var hash = StampSet.HashOf(origin, marks);
        foreach (var present in _sets.At(hash))
        {
            if (present is not null && present.Has(origin, marks)) return present;
        }

        var set = new StampSet(origin, marks.ToArray());
        _sets.Put(hash, set);
        return set;
    }

    /// <summary>The set that was made of such bytes before; null where it is forgotten.</summary>
    public StampSet? Find(ReadOnlySpan<byte> bytes, string tenant, int partition, long incarnation, int generation)
    {
        foreach (var read in _read.At(Hash(bytes, partition)))
        {
            if (read is not null && read.Set is var set && set.Partition == partition && set.Incarnation == incarnation && set.Generation == generation
                && set.Tenant == tenant && bytes.SequenceEqual(read.Bytes)) return set;
        }

        return null;
    }

    /// <summary>Remembers of what bytes a set was made. It has no validator and is no primary value's.</summary>
    public void Remember(ReadOnlySpan<byte> bytes, StampSet set) => _read.Put(Hash(bytes, set.Partition), new ReadStamps(bytes.ToArray(), set));

    private static int Hash(ReadOnlySpan<byte> bytes, int partition)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return hash.ToHashCode() ^ partition;
    }

    private sealed record ReadStamps(byte[] Bytes, StampSet Set);
}
