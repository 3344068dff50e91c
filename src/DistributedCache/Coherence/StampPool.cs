namespace DistributedCache.Coherence;

/// <summary>Lets entries that were loaded alike share one <see cref="StampSet"/>: direct-mapped tables that forget on collision.</summary>
/// <remarks>Between two invalidations all keys of one prefix, partition and set of tags have equal stamps, so in a quiet system
/// an entry's stamps cost one reference, and those of an entry of the remote tier are known by their bytes.</remarks>
internal sealed class StampPool
{
    private const int Size = 4096;

    private readonly StampSet?[] _sets = new StampSet?[Size];
    private readonly ReadStamps?[] _read = new ReadStamps?[Size];

    public StampSet Share(StampSet set)
    {
        ref var slot = ref _sets[set.GetHashCode() & (Size - 1)];
        var present = Volatile.Read(ref slot);
        if (present is not null && present.Equals(set)) return present;
        Volatile.Write(ref slot, set);
        return set;
    }

    /// <summary>The set that was made of such bytes before; null where it is forgotten.</summary>
    public StampSet? Find(ReadOnlySpan<byte> bytes, string tenant, int partition, long incarnation, int generation)
    {
        var set = Volatile.Read(ref _read[Slot(bytes, partition)]) is { } read && bytes.SequenceEqual(read.Bytes) ? read.Set : null;
        return set is not null && set.Partition == partition && set.Incarnation == incarnation && set.Generation == generation && set.Tenant == tenant ? set : null;
    }

    /// <summary>Remembers of what bytes a set was made. It has no validator and is no primary value's.</summary>
    public void Remember(ReadOnlySpan<byte> bytes, StampSet set) => Volatile.Write(ref _read[Slot(bytes, set.Partition)], new ReadStamps(bytes.ToArray(), set));

    private static int Slot(ReadOnlySpan<byte> bytes, int partition)
    {
        var hash = new HashCode();
        hash.AddBytes(bytes);
        return (hash.ToHashCode() ^ partition) & (Size - 1);
    }

    private sealed record ReadStamps(byte[] Bytes, StampSet Set);
}
