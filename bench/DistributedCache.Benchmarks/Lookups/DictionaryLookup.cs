using System.Collections.Concurrent;

namespace DistributedCache.Benchmarks.Lookups;

/// <summary>The floor: no expiry, no bound, no tags.</summary>
public readonly struct DictionaryLookup : ILookup
{
    private readonly ConcurrentDictionary<string, Product> _cache = new();

    public DictionaryLookup(HotKeys keys)
    {
        foreach (var key in keys.Stored) _cache[key] = new Product(key.Length);
    }

    public Product Get(string key) => _cache.TryGetValue(key, out var product) ? product : throw new KeyNotFoundException(key);
}
