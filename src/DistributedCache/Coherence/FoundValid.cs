namespace DistributedCache.Coherence;

/// <summary>That stamps were found valid: entries that have them and no lower number of their own are, while nothing changes.</summary>
/// <param name="Moment">The process-wide version at which they were judged.</param>
/// <param name="Version">The version of the entry's application, which invalidations reach.</param>
/// <param name="Sequence">The number of the entry's key.</param>
internal sealed record FoundValid(long Moment, string Version, long Sequence);
