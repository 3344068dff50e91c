using BenchmarkDotNet.Attributes;
using DistributedCache.Benchmarks.Stampedes;

namespace DistributedCache.Benchmarks;

/// <summary>A hundred thousand callers on one cold key.</summary>
[MemoryDiagnoser]
public class ColdKey
{
    private const int Callers = 100_000;

    private readonly Task<Product>[] _callers = new Task<Product>[Callers];
    private readonly DictionaryStampede _dictionary = new();
    private readonly HybridCacheStampede _hybrid = new();
    private readonly FusionCacheStampede _fusion = new();
    private readonly TieredCacheStampede _tiered = new();
    private int _round;

    [Benchmark]
    public Task ConcurrentDictionary() => _dictionary.RunAsync(NextKey(), _callers);

    [Benchmark]
    public Task HybridCache() => _hybrid.RunAsync(NextKey(), _callers);

    [Benchmark(Baseline = true)]
    public Task FusionCache() => _fusion.RunAsync(NextKey(), _callers);

    [Benchmark]
    public Task DistributedCache() => _tiered.RunAsync(NextKey(), _callers);

    private string NextKey() => $"product:{_round++}";
}
