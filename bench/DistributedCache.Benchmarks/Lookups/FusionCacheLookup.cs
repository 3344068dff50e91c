using ZiggyCreatures.Caching.Fusion;

namespace DistributedCache.Benchmarks.Lookups;

public readonly struct FusionCacheLookup : ILookup
{
    private readonly FusionCache _cache = Rivals.FusionCache();
    private readonly string[]? _tags;

    public FusionCacheLookup(HotKeys keys, string[]? tags = null)
    {
        _tags = tags;
        foreach (var key in keys.Stored) Get(key);
    }

    public Product Get(string key) =>
        Load.Value(_cache.GetOrSetAsync<Product>(key, static (_, _) => Task.FromResult(new Product(0)), tags: _tags));
}
