using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Checks;

/// <summary>What is found once the load is over: nothing that an invalidation should have ended.</summary>
internal static class StoredCheck
{
    public static IEnumerable<Row> Judge(Evidence evidence)
    {
        var forgotten = evidence[Operation.Forget].Where(static f => f.Result == Result.Nothing).Select(static f => f.Number).ToHashSet();
        var crashes = evidence[Operation.Crash].ToArray();
        var acknowledged = new Floors(evidence, e => e.Result == Result.Done && !forgotten.Contains(e.Number) ? e.Ended : null);
        // What a node that died had still to send died with it.
        var queued = new Floors(evidence, e => e.Result == Result.Queued && !crashes.Any(c => c.Node == e.Node && c.Began >= e.Began) ? e.Ended : null);

        List<string> fenced = [], unsent = [];
        var (found, waiting) = (0, evidence.Events.Count(static e => e.IsInvalidation && e.Result == Result.Queued));
        foreach (var find in evidence[Operation.Find].Where(static f => f.Result == Result.Fresh))
        {
            found++;
            if (acknowledged.At(find.Target, find.Began) is { } floor && find.Version < floor.Version) fenced.Add(Describe(find, floor, "acknowledged"));
            else if (queued.At(find.Target, find.Began) is { } late && find.Version < late.Version) unsent.Add(Describe(find, late, "queued"));
        }

        yield return Row.Told("entries found once the load was over", found);
        yield return Row.None("  stored or kept although fenced", fenced.Count, fenced);
        yield return Row.Told("invalidations queued while Redis was away", waiting);
        yield return Row.None("  never carried out", unsent.Count, unsent);
    }

    private static string Describe(HistoryEvent find, Floor floor, string how) => FormattableString.Invariant(
        $"node {find.Node} found version {find.Version} of {find.Target} in {find.Status}; invalidation {floor.Number} of version {floor.Version} was {how} at {floor.Since:0.0} ms");
}
