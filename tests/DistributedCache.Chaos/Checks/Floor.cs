namespace DistributedCache.Chaos.Checks;

/// <summary>From a time on no node may answer less than a version as fresh, because of one invalidation.</summary>
/// <param name="Since">When it was acknowledged.</param>
/// <param name="Version">What the source had when it was called.</param>
/// <param name="Number">The invalidation.</param>
internal readonly record struct Floor(double Since, long Version, int Number);
