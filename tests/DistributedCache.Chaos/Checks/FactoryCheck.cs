using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Workload;

namespace DistributedCache.Chaos.Checks;

/// <summary>Factory runs of a key between two invalidations, while nothing was wrong: one.</summary>
internal static class FactoryCheck
{
    public static IEnumerable<Row> Judge(Evidence evidence)
    {
        // Of keys in both tiers that do not expire within a run; of those that do, an interval would hold several lives.
        var keys = evidence.Keys.Items.Concat(evidence.Keys.Single).Concat(evidence.Keys.Stored).ToArray();
        var loads = evidence[Operation.Load].ToLookup(static e => e.Target);
        var invalidations = Invalidations(evidence, keys);
        var (intervals, worst) = (0, 0);
        List<string> broken = [];
        foreach (var key in keys)
        {
            var all = loads[key.Name].ToArray();
            foreach (var (from, to) in Intervals(invalidations[key.Name], evidence.MaxStaleness).Where(i => evidence.IsHealthy(i.From, i.To)))
            {
                intervals++;
                // The lease of who called before is void, and who waited for a lease may run after the next invalidation.
                var runs = all.Count(load => load.Called > from && load.Began < to);
                worst = Math.Max(worst, runs);
                if (runs > 1) broken.Add(FormattableString.Invariant($"{runs} runs for {key.Name} called between {from:0.0} and {to:0.0} ms"));
            }
        }

        yield return Row.Told("factory runs", evidence[Operation.Load].Count());
        yield return new Row("  most for a key between two invalidations, nothing wrong", FormattableString.Invariant($"{worst} in {intervals:#,0} intervals"), "1", worst > 1) { Examples = [.. broken.Take(3)] };
    }

    private static Dictionary<string, List<HistoryEvent>> Invalidations(Evidence evidence, CacheKey[] keys)
    {
        var found = keys.ToDictionary(static k => k.Name, static _ => new List<HistoryEvent>());
        foreach (var invalidation in evidence.Events.Where(static e => e.IsInvalidation))
            foreach (var key in evidence.Keys.Covered(invalidation.Operation, invalidation.Target))
                if (found.TryGetValue(key.Name, out var list)) list.Add(invalidation);
        return found;
    }

    // From when all before have been acknowledged. A load takes the stamps of tags and prefixes from what its node has heard, so
    // after one of those the first load may be one too many until the nodes have followed.
    private static IEnumerable<(double From, double To)> Intervals(List<HistoryEvent> invalidations, double maxStaleness)
    {
        var from = double.NaN;
        foreach (var next in invalidations.OrderBy(static e => e.Began))
        {
            if (next.Began > from) yield return (from, next.Began);
            var isKnownAtOnce = next.Operation is Operation.Set or Operation.Remove;
            var settled = next.Result == Result.Done ? next.Ended + (isKnownAtOnce ? 0 : maxStaleness) : double.PositiveInfinity;
            // An invalidation that was not acknowledged may be carried out at any time: nothing is known until the next that was.
            from = double.IsNaN(from) || double.IsPositiveInfinity(from) ? settled : Math.Max(from, settled);
        }
    }
}
