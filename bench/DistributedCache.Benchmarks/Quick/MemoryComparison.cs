using System.Runtime.CompilerServices;

namespace DistributedCache.Benchmarks.Quick;

/// <summary>Heap bytes an entry beyond its key and its value.</summary>
internal static class MemoryComparison
{
    private const int Entries = 500_000;
    private const int Rounds = 3;

    private static readonly (string Name, Func<string[], Product[], object> Fill)[] Candidates =
    [
        ("ConcurrentDictionary", EntryStores.Dictionary),
        ("BitFaster ConcurrentLru", EntryStores.Lru),
        ("MemoryCache", EntryStores.MemoryCache),
        ("FusionCache", EntryStores.FusionCache),
        ("DistributedCache", EntryStores.TieredCache),
    ];

    public static Target Run()
    {
        string[] keys = [.. Enumerable.Range(0, Entries).Select(static i => $"product:{i:00000}")];
        Product[] values = [.. Enumerable.Range(0, Entries).Select(static i => new Product(i))];

        (string Name, double Bytes)[] results =
            [.. Candidates.Select(c => (c.Name, Measured.Median(Enumerable.Range(0, Rounds).Select(_ => BytesAnEntry(c.Fill, keys, values)))))];
        Report.Memory($"Bytes an entry beyond key and value, {Entries:N0} entries", results);
        GC.KeepAlive(keys);
        GC.KeepAlive(values);
        return new Target("memory beyond key and value", results[^1].Bytes, 130, "B an entry");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static double BytesAnEntry(Func<string[], Product[], object> fill, string[] keys, Product[] values)
    {
        var before = Settled();
        var cache = fill(keys, values);
        var after = Settled();
        GC.KeepAlive(cache);
        (cache as IDisposable)?.Dispose();
        return (after - before) / (double)keys.Length;
    }

    private static long Settled()
    {
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
