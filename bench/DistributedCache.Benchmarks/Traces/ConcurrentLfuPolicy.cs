using BitFaster.Caching.Lfu;
using BitFaster.Caching.Scheduler;

namespace DistributedCache.Benchmarks.Traces;

/// <summary>Its maintenance runs on this thread, for otherwise the result would depend on timing.</summary>
internal sealed class ConcurrentLfuPolicy(int capacity) : ITracePolicy
{
    private readonly ConcurrentLfu<uint, uint> _cache = new(1, capacity, new ForegroundScheduler(), EqualityComparer<uint>.Default);

    public bool Access(uint key)
    {
        if (_cache.TryGet(key, out _)) return true;
        _cache.AddOrUpdate(key, key);
        return false;
    }
}
