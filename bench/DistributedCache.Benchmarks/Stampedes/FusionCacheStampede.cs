using ZiggyCreatures.Caching.Fusion;

namespace DistributedCache.Benchmarks.Stampedes;

internal sealed class FusionCacheStampede() : Stampede("FusionCache")
{
    private readonly FusionCache _cache = Rivals.FusionCache();

    // It has no overload with a state, hence the closure: its users pay for one too.
    protected override Task<Product> AskAsync(string key, Task<Product> gate) =>
        _cache.GetOrSetAsync<Product>(key, (_, _) => LoadAsync(gate)).AsTask();
}
