namespace DistributedCache.Coherence;

/// <summary>A partition as the remote tier has it now.</summary>
/// <param name="Incarnation">The life of the partition's state: older cached entries are invalid.</param>
/// <param name="Base">Where the era began from which <paramref name="Sequence"/> is counted.</param>
/// <param name="Sequence">The number of the last invalidation.</param>
/// <param name="Floor">A cached entry stamped below it is invalid; absent marks count as this.</param>
internal readonly record struct Head(long Incarnation, long Base, long Sequence, long Floor);
