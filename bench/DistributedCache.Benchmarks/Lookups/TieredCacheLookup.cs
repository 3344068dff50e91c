namespace DistributedCache.Benchmarks.Lookups;

public readonly struct TieredCacheLookup : ILookup
{
    private readonly ITieredCache _cache = Rivals.TieredCache();
    private readonly string[]? _tags;

    public TieredCacheLookup(HotKeys keys, string[]? tags = null)
    {
        _tags = tags;
        foreach (var key in keys.Stored) Get(key);
    }

    public Product Get(string key) =>
        Load.Value(_cache.GetOrCreateAsync(key, key, static (key, _, _) => Load.Product(key), tags: _tags));
}
