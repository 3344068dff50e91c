namespace DistributedCache.Entries;

/// <summary>
/// The state of a tag's or prefix's partition from before the load began. An invalidation with a higher sequence
/// number ends the entry.
/// </summary>
internal readonly record struct NamedStamp(StampKind Kind, string Name, int Partition, long Incarnation, long Sequence);
