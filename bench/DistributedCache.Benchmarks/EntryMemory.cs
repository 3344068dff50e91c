using BenchmarkDotNet.Attributes;

namespace DistributedCache.Benchmarks;

/// <summary>Filling a cache: what is allocated on the way. What stays is measured by <c>--quick</c>.</summary>
[MemoryDiagnoser]
public class EntryMemory
{
    private const int Entries = 100_000;

    private readonly string[] _keys = [.. Enumerable.Range(0, Entries).Select(static i => $"product:{i:00000}")];
    private readonly Product[] _values = [.. Enumerable.Range(0, Entries).Select(static i => new Product(i))];

    [Benchmark(Baseline = true, OperationsPerInvoke = Entries)]
    public object ConcurrentDictionary() => EntryStores.Dictionary(_keys, _values);

    [Benchmark(OperationsPerInvoke = Entries)]
    public object ConcurrentLru() => EntryStores.Lru(_keys, _values);

    [Benchmark(OperationsPerInvoke = Entries)]
    public object MemoryCache() => EntryStores.MemoryCache(_keys, _values);

    [Benchmark(OperationsPerInvoke = Entries)]
    public object FusionCache() => EntryStores.FusionCache(_keys, _values);

    [Benchmark(OperationsPerInvoke = Entries)]
    public object DistributedCache() => EntryStores.TieredCache(_keys, _values);
}
