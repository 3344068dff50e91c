using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Checks;

/// <summary>Reads that were given as fresh, and were older than an invalidation acknowledged longer before than nodes may lag.</summary>
internal static class ReadCheck
{
    public static IEnumerable<Row> Judge(Evidence evidence)
    {
        var forgotten = evidence[Operation.Forget].ToLookup(static e => e.Number);
        // What a new master forgot though somebody knew may come back until the nodes have told it; what nobody knew is lost.
        var strict = new Floors(evidence, e => e.Result == Result.Done && !forgotten[e.Number].Any() ? e.Ended : null);
        var known = new Floors(evidence, e => e.Result == Result.Done && forgotten[e.Number].Any() && forgotten[e.Number].All(static f => f.Result == Result.Done)
            ? Math.Max(e.Ended, forgotten[e.Number].Max(static f => f.Ended)) : null);
        var lost = new Floors(evidence, e => e.Result == Result.Done && forgotten[e.Number].Any(static f => f.Result == Result.Nothing) ? e.Ended : null);

        List<string> stale = [], unmarked = [], returned = [];
        var (reads, marked, local, ofLost) = (0, 0, 0, 0);
        foreach (var read in evidence.Events.Where(static e => e.Operation is Operation.Read or Operation.Keep))
        {
            reads++;
            if (read.Result == Result.Marked) marked++;
            if (read.Status == "Local") local++;
            if (read.Result != Result.Fresh) continue;
            var before = read.Began - evidence.MaxStaleness;
            if (strict.At(read.Target, before) is { } floor && read.Version < floor.Version)
                (evidence.IsAway(read.Node, read.Began, read.Ended) ? unmarked : stale).Add(Describe(read, floor));
            else if (known.At(read.Target, before) is { } late && read.Version < late.Version) returned.Add(Describe(read, late));
            else if (lost.At(read.Target, before) is { } none && read.Version < none.Version) ofLost++;
        }

        yield return Row.Told("reads", reads);
        yield return Row.Told("  from the node's memory", local);
        yield return Row.Told("  marked as stale or unverified", marked);
        yield return Row.None("reads older than an invalidation acknowledged MaxStaleness before, Redis in reach", stale.Count, stale);
        yield return Row.None("stale answers not marked, Redis or a master out of reach", unmarked.Count, unmarked);
        var all = evidence[Operation.Forget].ToArray();
        yield return Row.Told("invalidations acknowledged and forgotten by a new master", all.Length);
        yield return Row.None("  somebody alive knew: served as fresh later than failover + MaxStaleness", returned.Count, returned);
        var nobody = all.Count(static f => f.Result == Result.Nothing);
        var acknowledged = evidence.Events.Count(static e => e.IsInvalidation && e.Result == Result.Done);
        yield return new Row("  nobody alive knew", FormattableString.Invariant(
            $"{nobody:#,0} of {acknowledged:#,0} acknowledged ({(acknowledged == 0 ? 0 : 100.0 * nobody / acknowledged):0.00} %), {ofLost:#,0} reads"));
    }

    private static string Describe(HistoryEvent read, Floor floor) => FormattableString.Invariant(
        $"at {read.Began:0.0} ms node {read.Node} answered version {read.Version} of {read.Target} from {read.Status}; invalidation {floor.Number} of version {floor.Version} was acknowledged at {floor.Since:0.0} ms");
}
