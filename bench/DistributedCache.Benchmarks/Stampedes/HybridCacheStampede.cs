using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Benchmarks.Stampedes;

internal sealed class HybridCacheStampede() : Stampede("HybridCache")
{
    private readonly HybridCache _cache = Rivals.HybridCache();

    protected override Task<Product> AskAsync(string key, Task<Product> gate) =>
        _cache.GetOrCreateAsync(key, (Self: this, Gate: gate), static (s, _) => new ValueTask<Product>(s.Self.LoadAsync(s.Gate))).AsTask();
}
