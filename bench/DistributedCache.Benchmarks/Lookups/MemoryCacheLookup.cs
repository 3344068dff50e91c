using Microsoft.Extensions.Caching.Memory;

namespace DistributedCache.Benchmarks.Lookups;

public readonly struct MemoryCacheLookup : ILookup
{
    private readonly MemoryCache _cache = new(new MemoryCacheOptions());

    public MemoryCacheLookup(HotKeys keys)
    {
        foreach (var key in keys.Stored) _cache.Set(key, new Product(key.Length), TimeSpan.FromHours(1));
    }

    public Product Get(string key) => _cache.TryGetValue(key, out Product? product) ? product! : throw new KeyNotFoundException(key);
}
