using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Checks;

/// <summary>What every key must be at least, as time goes by.</summary>
internal sealed class Floors
{
    private readonly Dictionary<string, List<Floor>> _floors = [];

    /// <param name="evidence">The history.</param>
    /// <param name="since">From when an invalidation counts; null: not at all.</param>
    public Floors(Evidence evidence, Func<HistoryEvent, double?> since)
    {
        var writes = evidence[Operation.Write].GroupBy(static e => e.Target)
            .ToDictionary(static key => key.Key, static key => key.OrderBy(static e => e.Version).ToArray());
        var counted = evidence.Events.Where(static e => e.IsInvalidation)
            .Select(e => (Event: e, Since: since(e))).Where(static c => c.Since is not null).OrderBy(static c => c.Since);
        foreach (var (invalidation, from) in counted)
            foreach (var key in evidence.Keys.Covered(invalidation.Operation, invalidation.Target))
                if (writes.TryGetValue(key.Name, out var all)) Add(key.Name, new(from!.Value, VersionAt(all, invalidation.Began), invalidation.Number));
    }

    /// <summary>The highest floor of a key that counts at a time; null: none.</summary>
    public Floor? At(string key, double time)
    {
        if (!_floors.TryGetValue(key, out var floors)) return null;
        var (low, high) = (0, floors.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (floors[middle].Since < time) low = middle + 1;
            else high = middle;
        }

        return low == 0 ? null : floors[low - 1];
    }

    // Each has at least its predecessor's version, so that the last one is the highest.
    private void Add(string key, Floor floor)
    {
        if (!_floors.TryGetValue(key, out var floors)) _floors[key] = floors = [];
        if (floors.Count > 0 && floors[^1].Version >= floor.Version) return;
        floors.Add(floor);
    }

    private static long VersionAt(HistoryEvent[] writes, double time)
    {
        var (low, high) = (0, writes.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (writes[middle].Ended <= time) low = middle + 1;
            else high = middle;
        }

        return low == 0 ? 0 : writes[low - 1].Version;
    }
}
