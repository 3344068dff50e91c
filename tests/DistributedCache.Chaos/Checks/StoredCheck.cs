using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Checks;

/// <summary>What is found once the load is over: nothing that an invalidation should have ended.</summary>
internal static class StoredCheck
{
    public static IEnumerable<Row> Judge(Evidence evidence)
    {
        var lost = evidence[Operation.Forget].Select(static f => f.Number).ToHashSet();
        var unknown = evidence[Operation.Forget].Where(static f => f.Result == Result.Nothing).Select(static f => f.Number).ToHashSet();
        var crashes = evidence[Operation.Crash].ToArray();
        var acknowledged = new Floors(evidence, e => e.Result == Result.Done && !unknown.Contains(e.Number) ? e.Ended : null);
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

        // A key's own invalidation is carried out where the entry is, so that nobody finds it there as soon as that is acknowledged;
        // an old master may pass as one for a while.
        var atOnce = new Floors(evidence, e => e.Result == Result.Done && e.Operation is Operation.Remove or Operation.Set && !lost.Contains(e.Number) ? e.Ended : null);
        var inspected = evidence[Operation.Inspect].Where(i => i.Result == Result.Fresh && !evidence.IsAway(i.Node, i.Began, i.Ended)).ToArray();
        string[] wrong = [.. inspected.Select(i => (Find: i, Floor: atOnce.At(i.Target, i.Began))).Where(static i => i.Find.Version < i.Floor?.Version)
            .Select(static i => Describe(i.Find, i.Floor!.Value, "acknowledged"))];
        yield return Row.Told("entries found in Redis under load, no failover near", inspected.Length);
        yield return Row.None("  stored although a Remove or Set of the key had been acknowledged", wrong.Length, wrong);
        yield return Row.Told("entries found once the load was over", found);
        yield return Row.None("  stored or kept although fenced", fenced.Count, fenced);
        yield return Row.Told("invalidations queued while Redis was away", waiting);
        yield return Row.None("  never carried out", unsent.Count, unsent);
    }

    private static string Describe(HistoryEvent find, Floor floor, string how) => FormattableString.Invariant(
        $"at {find.Began:0.0} ms node {find.Node} found version {find.Version} of {find.Target} in {find.Status}; invalidation {floor.Number} of version {floor.Version} was {how} at {floor.Since:0.0} ms");
}
