using System.Runtime.CompilerServices;
using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Expiry;
using DistributedCache.Local;

namespace DistributedCache.Pipeline;

/// <summary>What makes an entry of L1 an answer at once: one comparison of time, one of coherence. All else is the read path's.</summary>
internal readonly struct LocalHits(CacheEngine engine)
{
    private readonly LocalStore _store = engine.Store;
    private readonly CacheClock _clock = engine.Clock;
    private readonly CoherenceVersion _version = engine.Coherence.Version;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsCurrent(LocalEntry entry)
    {
        var now = _clock.Now;
        return now < Volatile.Read(ref entry.Deadline)
            && Volatile.Read(ref entry.JudgedAt) == _version.Current
            && now <= _version.HitsThrough;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Note(LocalEntry entry)
    {
        _store.Touch(entry);
        HitCounters.Increment(entry.CounterId);
    }
}
