using System.Diagnostics;
using DistributedCache.Benchmarks.Stampedes;

namespace DistributedCache.Benchmarks.Quick;

/// <summary>A hundred thousand callers on one cold key.</summary>
internal static class StampedeComparison
{
    private const int Callers = 100_000;
    private const int WarmUps = 2;
    private const int Rounds = 7;

    public static async Task<Target[]> RunAsync()
    {
        Stampede[] candidates = [new FusionCacheStampede(), new DictionaryStampede(), new HybridCacheStampede(), new TieredCacheStampede()];
        var rounds = candidates.Select(static _ => new (double, double)[Rounds]).ToArray();
        var callers = new Task<Product>[Callers];

        for (var round = -WarmUps; round < Rounds; round++)
        {
            for (var i = 0; i < candidates.Length; i++)
            {
                var measured = await MeasureAsync(candidates[i], $"product:{round}", callers);
                if (round >= 0) rounds[i][round] = measured;
            }
        }

        var results = Measured.Fold([.. candidates.Select(static c => c.Name)], rounds);
        var loads = candidates.Select(static c => (double)c.Loads / (Rounds + WarmUps)).ToArray();
        Report.Stampedes($"{Callers:N0} callers on one cold key", results, loads, Callers);

        var ours = results[^1];
        return
        [
            new Target("stampede, factory calls", loads[^1], 1, "a key"),
            new Target("stampede, time", ours.Ratio, 1, "x FusionCache"),
            new Target("stampede, allocation", ours.Bytes, 120, "B a caller"),
        ];
    }

    private static async Task<(double, double)> MeasureAsync(Stampede candidate, string key, Task<Product>[] callers)
    {
        Array.Clear(callers);
        GC.Collect();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        await candidate.RunAsync(key, callers);
        var elapsed = Stopwatch.GetElapsedTime(start);
        return (elapsed.TotalNanoseconds / Callers, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)Callers);
    }
}
