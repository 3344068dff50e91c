namespace DistributedCache.Chaos.Workload;

/// <summary>A key of the load and what its entries are tagged with.</summary>
internal sealed record CacheKey(string Name, IReadOnlyList<string> Tags)
{
    /// <summary>The prefix that covers it: up to its last colon.</summary>
    public string Prefix { get; } = Name[..(Name.LastIndexOf(':') + 1)];
}
