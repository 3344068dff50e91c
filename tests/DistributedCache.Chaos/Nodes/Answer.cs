using DistributedCache.Chaos.Workload;

namespace DistributedCache.Chaos.Nodes;

/// <summary>What a read answered.</summary>
/// <param name="Item">The value; null: none.</param>
/// <param name="IsMarked">Whether it was said to be stale or unverified.</param>
/// <param name="Tier">Where it came from.</param>
internal readonly record struct Answer(Item? Item, bool IsMarked, string Tier);
