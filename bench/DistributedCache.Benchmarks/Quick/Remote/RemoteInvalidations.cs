using System.Diagnostics;
using DistributedCache.Keys;
using StackExchange.Redis;

namespace DistributedCache.Benchmarks.Quick.Remote;

/// <summary>What an invalidation costs its caller, and when it has reached another node's L1.</summary>
internal static class RemoteInvalidations
{
    private const int Rounds = 21;
    private const int Samples = 1_000;

    // What a removal is on any such server: read where the partition is, delete, count, log, tell. Nobody listens, and nothing is checked.
    private const string Commands = """
        local head = redis.call('HMGET', KEYS[1], 'inc', 'run', 'base', 'seq', 'floor', 'versions', 'source')
        redis.call('UNLINK', KEYS[3], KEYS[4])
        redis.call('HINCRBY', KEYS[1], 'seq', 1)
        redis.call('XADD', KEYS[2], 'MAXLEN', '~', '4096', '*', 'm', ARGV[1])
        redis.call('SPUBLISH', KEYS[5], ARGV[1])
        return head[4]
        """;

    private static readonly TimeSpan TurnTime = TimeSpan.FromMilliseconds(40);

    // Whoever looks all the time has a core to himself, for which those he waits for wait.
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(1);

    private static readonly TieredCacheEntryOptions LocalOnly = new() { Flags = Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags.DisableDistributedCache };

    public static async Task<IEnumerable<Target>> RunAsync(ITieredCache cache, IDatabase floor)
    {
        var names = new PartitionNames("floor", 64);
        await FillAsync(cache, "few", 10);
        await FillAsync(cache, "lots", 100_000);
        var results = await Turns.MeasureAsync(
        [
            new("SET", i => floor.StringSetAsync($"floor:{i % 1000}", "x")),
            new("the commands of a removal alone, in a script", i => RunCommandsAsync(floor, names, $"page:{i % 1000}")),
            new("RemoveAsync", i => cache.RemoveAsync($"page:{i % 1000}").AsTask()),
            new("RemoveByTagAsync, 10 entries", _ => cache.RemoveByTagAsync("few").AsTask()),
            new("RemoveByTagAsync, 100,000 entries", _ => cache.RemoveByTagAsync("lots").AsTask()),
        ], 1, Rounds, TurnTime);
        Report.Hits("Invalidation", results);
        return
        [
            new("RemoveAsync, time", results[2].Ratio, 1.8, "x SET"),
            new("RemoveByTagAsync of 10 entries, time", results[3].Ratio, 1.8, "x SET"),
            new("RemoveByTagAsync of 100,000 entries, time", results[4].Ratio, 1.8, "x SET"),
        ];
    }

    /// <summary>The time from the call on one node to the first look on the other that finds the entry gone, one a millisecond.</summary>
    public static async Task<Target> PropagateAsync(ITieredCache here, ITieredCache there)
    {
        var milliseconds = new double[Samples];
        await Turns.WarmUpAsync(new("invalidation to the other node's L1", i => ReachAsync(here, there, i)), 1, TurnTime);
        for (var i = 0; i < Samples; i++) milliseconds[i] = (await ReachAsync(here, there, i)).TotalMilliseconds;
        Array.Sort(milliseconds);
        Report.Table("Invalidation to the other node's L1", ["", "ms"], [["p50", Report.Number(milliseconds[Samples / 2], "0.00")], ["p99", Report.Number(milliseconds[Samples * 99 / 100], "0.00")]]);
        return new("invalidation to the other node's L1, p99", milliseconds[Samples * 99 / 100], 5, "ms");
    }

    private static async Task<TimeSpan> ReachAsync(ITieredCache here, ITieredCache there, int value)
    {
        await there.GetOrCreateAsync("watched:1", value, static (value, _, _) => ValueTask.FromResult(value));
        var start = Stopwatch.GetTimestamp();
        var removal = here.RemoveAsync("watched:1");
        while (there.GetAsync<int>("watched:1", LocalOnly).AsTask().Result.HasValue) Thread.Sleep(LookPause);
        var elapsed = Stopwatch.GetElapsedTime(start);
        await removal;
        return elapsed;
    }

    private static Task RunCommandsAsync(IDatabase floor, PartitionNames names, string key)
    {
        var partition = names.Partitioner.OfKey("", key);
        return floor.ScriptEvaluateAsync(
            Commands,
            [names.Hash(partition), names.Log(partition), names.Entry(partition, "bench", "", key), names.Lease(partition, "bench", "", key), names.Channel(partition)],
            [$"R 1 0 1 0 0\n{key.Length}:{key}"]);
    }

    private static async Task FillAsync(ITieredCache cache, string tag, int count)
    {
        foreach (var chunk in Enumerable.Range(0, count).Chunk(10_000))
            await cache.SetManyAsync(chunk.Select(i => KeyValuePair.Create($"{tag}:{i}", i)), tags: [tag]);
    }
}
