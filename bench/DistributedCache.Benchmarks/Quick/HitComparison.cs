using System.Diagnostics;
using DistributedCache.Benchmarks.Lookups;

namespace DistributedCache.Benchmarks.Quick;

/// <summary>Local hits of one thousand hot keys, without tags and with three.</summary>
internal static class HitComparison
{
    private const int Rounds = 51;
    private const string Ours = "DistributedCache";

    private static readonly TimeSpan WarmUpTime = TimeSpan.FromSeconds(0.7);
    private static readonly TimeSpan TurnTime = TimeSpan.FromMilliseconds(3);

    public static IEnumerable<Target> Run(bool tagged)
    {
        var keys = new HotKeys();
        var candidates = tagged ? Tagged(keys) : Plain(keys);
        var name = tagged ? "hit of an entry with three tags" : "hit";
        foreach (var threads in (int[])[1, 2])
        {
            var results = Measure(candidates, keys.Asked, threads);
            Report.Hits($"Local {name}, {threads} thread{(threads == 1 ? "" : "s")}", results);

            var ours = results.Single(static r => r.Name == Ours);
            yield return new Target($"{name}, {threads} thread(s), time", ours.Ratio, tagged ? 2.5 : 2.0, "x ConcurrentDictionary");
            yield return new Target($"{name}, {threads} thread(s), allocation", ours.Bytes, 0, "B");
        }
    }

    private static HitCandidate[] Plain(HotKeys keys) =>
    [
        HitCandidate.Of("ConcurrentDictionary", new DictionaryLookup(keys)),
        HitCandidate.Of("BitFaster ConcurrentLru", new LruLookup(keys)),
        HitCandidate.Of("MemoryCache", new MemoryCacheLookup(keys)),
        HitCandidate.Of("HybridCache", new HybridCacheLookup(keys)),
        HitCandidate.Of("FusionCache", new FusionCacheLookup(keys)),
        HitCandidate.Of(Ours, new TieredCacheLookup(keys)),
    ];

    private static HitCandidate[] Tagged(HotKeys keys) =>
    [
        HitCandidate.Of("ConcurrentDictionary (no tags)", new DictionaryLookup(keys)),
        HitCandidate.Of("HybridCache", new HybridCacheLookup(keys, HotKeys.Tags)),
        HitCandidate.Of("FusionCache", new FusionCacheLookup(keys, HotKeys.Tags)),
        HitCandidate.Of(Ours, new TieredCacheLookup(keys, HotKeys.Tags)),
    ];

    private static Measured[] Measure(HitCandidate[] candidates, string[] keys, int threads)
    {
        using var crew = new Crew(threads);
        int[] passes = [.. candidates.Select(c => WarmUp(crew, c, keys))];

        // Entries that live long have been through collections: each cache's stand together, and not where its first loads left them.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var rounds = candidates.Select(static _ => new (double, double)[Rounds]).ToArray();
        var floors = candidates.Select(static _ => new (double, double)[Rounds]).ToArray();
        for (var i = 0; i < candidates.Length; i++)
        {
            // In turn with the floor alone: a shared core's speed halves and doubles within the time that all of them take.
            for (var round = 0; round < Rounds; round++)
            {
                floors[i][round] = Turn(candidates[0], passes[0]);
                rounds[i][round] = Turn(candidates[i], passes[i]);
            }
        }

        return Measured.Fold([.. candidates.Select(static c => c.Name)], rounds, floors);

        (double, double) Turn(HitCandidate candidate, int times)
        {
            var (elapsed, bytes) = crew.Run(() => candidate.Ask(keys, times));
            var operations = (double)times * keys.Length;
            return (elapsed.TotalNanoseconds / operations, bytes / (operations * threads));
        }
    }

    /// <summary>Runs until the code has been compiled for good.</summary>
    /// <returns>How many passes over the keys fill a round's turn.</returns>
    private static int WarmUp(Crew crew, HitCandidate candidate, string[] keys)
    {
        var start = Stopwatch.GetTimestamp();
        var best = TimeSpan.MaxValue;

        // Short calls: each is a chance to enter the loop's newest code.
        while (Stopwatch.GetElapsedTime(start) < WarmUpTime)
        {
            var (elapsed, _) = crew.Run(() => candidate.Ask(keys, 1));
            if (elapsed < best) best = elapsed;
        }

        return Math.Max(1, (int)(TurnTime / best));
    }
}
