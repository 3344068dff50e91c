namespace DistributedCache.Coherence;

/// <summary>What a node had seen of every partition at one moment: the stamps of a load that begins then.</summary>
internal sealed class SeenSnapshot(long moment, long version, long hold, SeenSnapshot.Partition[] partitions)
{
    internal readonly record struct Partition(long Incarnation, long Seen, int Generation);

    /// <summary>The count of changes it was taken at; while it has not moved, the snapshot is current.</summary>
    public long Moment { get; } = moment;

    /// <summary>The process-wide version then, or an older one.</summary>
    public long Version { get; } = version;

    /// <summary>The last hold then.</summary>
    public long Hold { get; } = hold;

    public Partition this[int partition] => partitions[partition];
}
