using DistributedCache.Coherence;
using DistributedCache.Keys;

namespace DistributedCache.Queue;

/// <summary>An invalidation of one partition that the remote tier has yet to number.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Kind">Keys removed or expired, or a mark.</param>
/// <param name="Keys">The keys; none for a mark.</param>
/// <param name="Mark">The mark.</param>
internal sealed record QueuedInvalidation(int Partition, InvalidationKind Kind, CacheKey[] Keys, Mark Mark)
{
    /// <summary>How much of the queue it takes.</summary>
    public int Length => Math.Max(1, Keys.Length);
}
