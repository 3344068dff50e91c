using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Nodes;

namespace DistributedCache.Chaos.Workload;

/// <summary>Finds the moment from which on every node can invalidate, and every node answers what was invalidated anew and unmarked.</summary>
internal sealed class RecoveryWatch(IReadOnlyList<RecordedNode> nodes, World world)
{
    private const int Keys = 9, Sets = 16, Needed = 3;
    private const double Interval = 100, RoundTime = 1_500;

    private readonly CacheKey[] _keys =
        [.. Enumerable.Range(0, Sets * Keys).Select(i => world.Keys.Add(new($"canary:{i}", [$"canary-a-{i % 7}", $"canary-b-{i % 11}"])))];

    private int _round;

    /// <summary>Brings what will be invalidated into every node's memory.</summary>
    public async Task WarmAsync()
    {
        foreach (var key in _keys) await Task.WhenAll(nodes.Select(node => node.ReadAsync(key)));
    }

    /// <returns>When the first of several good rounds in a row was over; null: not within the time.</returns>
    public async Task<double?> UntilCoherentAsync(TimeSpan patience)
    {
        // A new round begins while older ones still wait: a call that was sent too early must not stand for one sent now.
        var rounds = new List<Task<double?>>();
        var end = world.History.Now + patience.TotalMilliseconds;
        double? found = null;
        while (found is null && world.History.Now < end)
        {
            rounds.Add(RoundAsync(_round++));
            await Task.Delay(TimeSpan.FromMilliseconds(Interval));
            found = FirstOfARow(rounds);
        }

        await Task.WhenAll(rounds);
        return found ?? FirstOfARow(rounds);
    }

    private static double? FirstOfARow(List<Task<double?>> rounds)
    {
        for (var i = 0; i + Needed <= rounds.Count; i++)
        {
            var row = rounds.GetRange(i, Needed);
            if (row.All(static r => r is { IsCompletedSuccessfully: true, Result: not null })) return row[0].Result;
        }

        return null;
    }

    private async Task<double?> RoundAsync(int round)
    {
        var all = await Task.WhenAll(Enumerable.Range(0, Keys).Select(i => TurnAsync(_keys[(round % Sets * Keys) + i], nodes[(round + i) % nodes.Count])));
        return all.All(static time => time is not null) ? all.Max() : null;
    }

    private async Task<double?> TurnAsync(CacheKey key, RecordedNode writer)
    {
        var end = world.History.Now + RoundTime;
        var version = world.Source.Write(key.Name);
        if ((await writer.RemoveAsync(key)).Result != Result.Done) return null;
        foreach (var node in nodes)
        {
            while (await node.ReadAsync(key) is not { IsMarked: false, Item: { } item } || item.Version < version)
            {
                if (world.History.Now > end) return null;
                await Task.Delay(5);
            }
        }

        return world.History.Now;
    }
}
