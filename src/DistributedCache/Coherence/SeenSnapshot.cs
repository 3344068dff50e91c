namespace DistributedCache.Coherence;

/// <summary>What a node had seen of every partition at one moment: the stamps of a load that begins then.</summary>
internal sealed class SeenSnapshot(long moment, SeenSnapshot.Partition[] partitions)
{
    internal readonly record struct Partition(long Incarnation, long Seen, int Generation);

    /// <summary>The count of changes it was taken at; while it has not moved, the snapshot is current.</summary>
    public long Moment { get; } = moment;

    public Partition this[int partition] => partitions[partition];
}
