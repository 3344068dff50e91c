namespace DistributedCache.Chaos.Workload;

/// <summary>The value under a key: which of its versions it is.</summary>
internal sealed record Item(string Key, long Version);
