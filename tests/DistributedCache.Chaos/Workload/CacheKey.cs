namespace DistributedCache.Chaos.Workload;

/// <summary>A key of the load and what its entries are tagged with.</summary>
internal sealed record CacheKey(string Name, IReadOnlyList<string> Tags)
{
    public const string BriefPrefix = "brief:", LocalPrefix = "local:";

    /// <summary>That of the brief ones: it ends several times within a run.</summary>
    public static readonly TimeSpan BriefLifetime = TimeSpan.FromSeconds(2);

    /// <summary>That of all others: longer than a run.</summary>
    public static readonly TimeSpan LongLifetime = TimeSpan.FromHours(2);

    /// <summary>The prefix that covers it: up to its last colon.</summary>
    public string Prefix { get; } = Name[..(Name.LastIndexOf(':') + 1)];

    /// <summary>Whether its entries are in the nodes' memories alone.</summary>
    public bool IsLocal { get; } = Name.StartsWith(LocalPrefix, StringComparison.Ordinal);

    public TimeSpan Lifetime { get; } = Name.StartsWith(BriefPrefix, StringComparison.Ordinal) ? BriefLifetime : LongLifetime;
}
