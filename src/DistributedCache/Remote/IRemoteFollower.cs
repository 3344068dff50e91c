using DistributedCache.Coherence;

namespace DistributedCache.Remote;

/// <summary>Who is told of invalidations.</summary>
internal interface IRemoteFollower
{
    /// <summary>A message came. Must not call the tier.</summary>
    void OnInvalidation(Invalidation message);
}
