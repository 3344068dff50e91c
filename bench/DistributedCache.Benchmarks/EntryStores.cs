using System.Collections.Concurrent;
using BitFaster.Caching.Lru;
using Microsoft.Extensions.Caching.Memory;
using ZiggyCreatures.Caching.Fusion;

namespace DistributedCache.Benchmarks;

/// <summary>Fills a cache with given keys and values, and answers it: what it weighs beyond those is its own.</summary>
internal static class EntryStores
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static object Dictionary(string[] keys, Product[] values)
    {
        var cache = new ConcurrentDictionary<string, Product>();
        for (var i = 0; i < keys.Length; i++) cache[keys[i]] = values[i];
        return cache;
    }

    public static object Lru(string[] keys, Product[] values)
    {
        // One of its three queues holds a third: with less room it would evict.
        var cache = new ConcurrentLru<string, Product>(keys.Length * 4);
        for (var i = 0; i < keys.Length; i++) cache.AddOrUpdate(keys[i], values[i]);
        return Full(cache, cache.Count, keys.Length);
    }

    public static object MemoryCache(string[] keys, Product[] values)
    {
        var cache = new MemoryCache(new MemoryCacheOptions());
        for (var i = 0; i < keys.Length; i++) cache.Set(keys[i], values[i], Lifetime);
        return Full(cache, cache.Count, keys.Length);
    }

    public static object FusionCache(string[] keys, Product[] values)
    {
        var cache = Rivals.FusionCache();
        for (var i = 0; i < keys.Length; i++) cache.Set(keys[i], values[i], Lifetime);
        return cache;
    }

    public static object TieredCache(string[] keys, Product[] values)
    {
        var cache = Rivals.TieredCache(localSizeLimit: 4L << 30);
        for (var i = 0; i < keys.Length; i++)
            Wait(cache.GetOrCreateAsync(keys[i], values[i], static (value, _, _) => new ValueTask<Product>(value)));

        for (var i = 0; i < keys.Length; i += 1_000)
        {
            // An evicted entry would weigh nothing.
            var found = cache.GetAsync<Product>(keys[i]);
            if (!(found.IsCompletedSuccessfully ? found.Result : found.AsTask().GetAwaiter().GetResult()).HasValue)
                throw new InvalidOperationException($"The cache did not keep '{keys[i]}'.");
        }

        return cache;
    }

    private static object Full(object cache, int count, int expected) =>
        count == expected ? cache : throw new InvalidOperationException($"The cache kept {count} of {expected} entries.");

    private static void Wait(ValueTask<Product> task)
    {
        if (!task.IsCompletedSuccessfully) task.AsTask().GetAwaiter().GetResult();
    }
}
