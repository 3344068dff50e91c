using BitFaster.Caching.Lru;

namespace DistributedCache.Benchmarks.Lookups;

public readonly struct LruLookup : ILookup
{
    private readonly ConcurrentLru<string, Product> _cache = new(HotKeys.Count * 4);

    public LruLookup(HotKeys keys)
    {
        foreach (var key in keys.Stored) _cache.AddOrUpdate(key, new Product(key.Length));
    }

    public Product Get(string key) => _cache.GetOrAdd(key, static key => new Product(key.Length));
}
