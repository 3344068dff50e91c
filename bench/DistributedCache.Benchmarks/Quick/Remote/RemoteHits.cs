using System.Diagnostics;
using System.Text.Json;
using StackExchange.Redis;

namespace DistributedCache.Benchmarks.Quick.Remote;

/// <summary>One hit of the remote tier, L1 out of the way.</summary>
internal static class RemoteHits
{
    private const int Rounds = 31;

    // More than there are callers, so that none waits for another's load.
    private static readonly string[] Keys = [.. Enumerable.Range(0, 1_000).Select(static i => $"page:{i}")];

    private static readonly TimeSpan TurnTime = TimeSpan.FromMilliseconds(40);

    public static async Task<IEnumerable<Target>> RunAsync(ITieredCache cache, IDatabase floor)
    {
        for (var i = 0; i < Keys.Length; i++)
        {
            await floor.StringSetAsync(Keys[i], JsonSerializer.SerializeToUtf8Bytes(Page.Make(i)));
            await cache.SetAsync(Keys[i], Page.Make(i));
        }

        Turn[] turns = [new("StringGetAsync and JSON", i => BareAsync(floor, i)), new("DistributedCache", i => OursAsync(cache, i))];

        // Many callers first, and warmed up for twice as long: what a process runs first is still being compiled for good when others are
        // warm, and makes more objects until then.
        foreach (var turn in turns) await Turns.WarmUpAsync(turn, 64, TurnTime);
        List<Target> targets = [];
        foreach (var callers in (int[])[64, 1])
        {
            var results = await Turns.MeasureAsync(turns, callers, Rounds, TurnTime);
            Report.Hits($"Remote hit, L1 skipped, {callers} caller{(callers == 1 ? "" : "s")}", results);
            targets.Add(new($"remote hit, {callers} caller(s), time", results[1].Ratio, 1.10, "x StringGetAsync and JSON"));
            targets.Add(new($"remote hit, {callers} caller(s), allocation", results[1].Bytes, results[0].Bytes, "B"));
        }

        return targets;
    }

    private static async Task<Page> BareAsync(IDatabase floor, int number) =>
        JsonSerializer.Deserialize<Page>((byte[])(await floor.StringGetAsync(Keys[number % Keys.Length]).ConfigureAwait(false))!)!;

    private static async Task<Page> OursAsync(ITieredCache cache, int number) =>
        await cache.GetOrCreateAsync<int, Page>(Keys[number % Keys.Length], 0, static (_, _, _) => throw new UnreachableException("The page is in the remote tier."), RemoteNodes.RemoteOnly)
            .ConfigureAwait(false);
}
