using DistributedCache.Coherence;
using DistributedCache.Keys;

namespace DistributedCache.Queue;

/// <summary>An invalidation of one partition that the remote tier has yet to number.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Kind">Keys removed or expired, a mark, or, as a set, primary values that are stored and lack their number alone.</param>
/// <param name="Keys">The keys; none for a mark.</param>
/// <param name="Mark">The mark.</param>
internal sealed record QueuedInvalidation(int Partition, InvalidationKind Kind, CacheKey[] Keys, Mark Mark)
{
    /// <summary>How much of the queue it takes.</summary>
    public int Length => Math.Max(1, Keys.Length);

    /// <summary>Whether it says nothing of what is stored: a clear does not stand for it, and the tier may be read.</summary>
    public bool IsNumberAlone => Kind == InvalidationKind.Set;

    public static QueuedInvalidation Of(int partition, Mark mark) => new(partition, InvalidationKind.Mark, [], mark);
}
