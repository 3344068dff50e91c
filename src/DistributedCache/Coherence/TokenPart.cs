namespace DistributedCache.Coherence;

/// <summary>One acknowledged write: a partition's incarnation, the base of its era, and the write's sequence number.</summary>
internal readonly record struct TokenPart(int Partition, long Incarnation, long Base, long Sequence);
