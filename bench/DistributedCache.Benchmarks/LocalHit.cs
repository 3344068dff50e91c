using BenchmarkDotNet.Attributes;
using DistributedCache.Benchmarks.Lookups;

namespace DistributedCache.Benchmarks;

/// <summary>A thousand hits of a thousand hot keys.</summary>
[MemoryDiagnoser]
public class LocalHit
{
    private static readonly HotKeys Keys = new();
    private readonly DictionaryLookup _dictionary = new(Keys);
    private readonly LruLookup _lru = new(Keys);
    private readonly MemoryCacheLookup _memory = new(Keys);
    private readonly HybridCacheLookup _hybrid = new(Keys);
    private readonly FusionCacheLookup _fusion = new(Keys);
    private readonly TieredCacheLookup _tiered = new(Keys);

    [Benchmark(Baseline = true, OperationsPerInvoke = HotKeys.Count)]
    public long ConcurrentDictionary() => Ask(_dictionary);

    [Benchmark(OperationsPerInvoke = HotKeys.Count)]
    public long ConcurrentLru() => Ask(_lru);

    [Benchmark(OperationsPerInvoke = HotKeys.Count)]
    public long MemoryCache() => Ask(_memory);

    [Benchmark(OperationsPerInvoke = HotKeys.Count)]
    public long HybridCache() => Ask(_hybrid);

    [Benchmark(OperationsPerInvoke = HotKeys.Count)]
    public long FusionCache() => Ask(_fusion);

    [Benchmark(OperationsPerInvoke = HotKeys.Count)]
    public long DistributedCache() => Ask(_tiered);

    internal static long Ask<TLookup>(TLookup lookup)
        where TLookup : struct, ILookup
    {
        var sum = 0L;
        foreach (var key in Keys.Asked) sum += lookup.Get(key).Id;
        return sum;
    }
}
