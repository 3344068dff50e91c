using BitFaster.Caching.Lru;

namespace DistributedCache.Benchmarks.Traces;

internal sealed class ConcurrentLruPolicy(int capacity) : ITracePolicy
{
    private readonly ConcurrentLru<uint, uint> _cache = new(1, capacity, EqualityComparer<uint>.Default);

    public bool Access(uint key)
    {
        if (_cache.TryGet(key, out _)) return true;
        _cache.AddOrUpdate(key, key);
        return false;
    }
}
