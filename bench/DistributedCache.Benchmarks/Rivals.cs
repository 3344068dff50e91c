using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;

namespace DistributedCache.Benchmarks;

/// <summary>The caches as their packages hand them out, with an hour's lifetime and nothing else changed.</summary>
internal static class Rivals
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static FusionCache FusionCache() =>
        new(new FusionCacheOptions { DefaultEntryOptions = new FusionCacheEntryOptions(Lifetime) });

    public static HybridCache HybridCache()
    {
        var services = new ServiceCollection();
        services.AddHybridCache(static o => o.DefaultEntryOptions = new HybridCacheEntryOptions { Expiration = Lifetime });
        return services.BuildServiceProvider().GetRequiredService<HybridCache>();
    }

    /// <param name="localSizeLimit">Bytes of the local tier.</param>
    public static ITieredCache TieredCache(long localSizeLimit = 1L << 30)
    {
        var services = new ServiceCollection();
        services.AddTieredCache(o => o.LocalSizeLimit = localSizeLimit)
            .AddProfile("Default", static p => p.Duration = Lifetime);
        return services.BuildServiceProvider().GetRequiredService<ITieredCache>();
    }
}
