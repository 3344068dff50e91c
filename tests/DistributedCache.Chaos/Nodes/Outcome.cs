using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Nodes;

/// <summary>How far an invalidation came.</summary>
internal readonly record struct Outcome(Result Result, string Status, ConsistencyToken Token = default)
{
    /// <summary>What a cache that says nothing has done when it does not throw.</summary>
    public static Outcome Silent { get; } = new(Result.Done, "");
}
