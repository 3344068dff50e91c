using BenchmarkDotNet.Attributes;
using DistributedCache.Benchmarks.Lookups;

namespace DistributedCache.Benchmarks;

/// <summary>A thousand hits of entries with three tags.</summary>
[MemoryDiagnoser]
public class TaggedHit
{
    private static readonly HotKeys Keys = new();
    private readonly DictionaryLookup _dictionary = new(Keys);
    private readonly HybridCacheLookup _hybrid = new(Keys, HotKeys.Tags);
    private readonly FusionCacheLookup _fusion = new(Keys, HotKeys.Tags);
    private readonly TieredCacheLookup _tiered = new(Keys, HotKeys.Tags);

    [Benchmark(Baseline = true, OperationsPerInvoke = HotKeys.Count)]
    public long ConcurrentDictionaryWithoutTags() => LocalHit.Ask(_dictionary);

    [Benchmark(OperationsPerInvoke = HotKeys.Count)]
    public long HybridCache() => LocalHit.Ask(_hybrid);

    [Benchmark(OperationsPerInvoke = HotKeys.Count)]
    public long FusionCache() => LocalHit.Ask(_fusion);

    [Benchmark(OperationsPerInvoke = HotKeys.Count)]
    public long DistributedCache() => LocalHit.Ask(_tiered);
}
