namespace DistributedCache.Coherence;

/// <summary>The number of the last invalidation, from before a load began, of the partition a mark lives in.</summary>
internal readonly record struct Stamp(Mark Mark, int Partition, long Incarnation, long Sequence);
