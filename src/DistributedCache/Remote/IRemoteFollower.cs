using DistributedCache.Coherence;

namespace DistributedCache.Remote;

/// <summary>Who is told of invalidations.</summary>
internal interface IRemoteFollower
{
    /// <summary>A message came. Must not call the tier.</summary>
    void OnInvalidation(Invalidation message);

    /// <summary>Messages of a partition may not have come until now: what it missed is in the log. Calls nothing before it returns.</summary>
    void OnGap(int partition);

    /// <summary>Servers that were away answer again: heads are worth comparing now.</summary>
    void OnReturn();

    /// <summary>Keys' leases ended, by a fill or a release: who waits for them may ask again. Must not call the tier.</summary>
    void OnWake(int partition, IReadOnlyList<string> indexes);
}
