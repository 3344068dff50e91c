namespace DistributedCache.Benchmarks.Stampedes;

internal sealed class TieredCacheStampede() : Stampede("DistributedCache")
{
    private readonly ITieredCache _cache = Rivals.TieredCache();

    protected override Task<Product> AskAsync(string key, Task<Product> gate) =>
        _cache.GetOrCreateAsync(key, (Self: this, Gate: gate), static (s, _, _) => new ValueTask<Product>(s.Self.LoadAsync(s.Gate))).AsTask();
}
