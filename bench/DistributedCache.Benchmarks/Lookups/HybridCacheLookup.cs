using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Benchmarks.Lookups;

public readonly struct HybridCacheLookup : ILookup
{
    private readonly HybridCache _cache = Rivals.HybridCache();
    private readonly string[]? _tags;

    public HybridCacheLookup(HotKeys keys, string[]? tags = null)
    {
        _tags = tags;
        foreach (var key in keys.Stored) Get(key);
    }

    public Product Get(string key) =>
        Load.Value(_cache.GetOrCreateAsync(key, key, static (key, _) => Load.Product(key), tags: _tags));
}
