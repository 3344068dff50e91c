namespace DistributedCache.Coherence;

/// <summary>The highest that a node knows of a partition, sent with every write so that a server that forgot is found out.</summary>
internal readonly record struct Known(long Incarnation, long Seen);
