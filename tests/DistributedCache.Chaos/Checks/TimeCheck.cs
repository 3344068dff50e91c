using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Checks;

/// <summary>How soon an invalidation is everywhere, how soon the nodes are coherent again, and what a late heartbeat costs.</summary>
internal static class TimeCheck
{
    private const double ReachBound = 5, RecoverBound = 1_000;

    public static IEnumerable<Row> Judge(Evidence evidence)
    {
        var reaches = evidence[Operation.Reach].ToArray();
        double[] healthy = [.. reaches.Where(e => evidence.IsHealthy(e.Began, e.Ended)).Select(static e => e.Ended - e.Began).Order()];
        yield return Row.Time("invalidation to the last node's memory, p50, nothing wrong", healthy, null, Quantile(healthy, 0.5));
        yield return Row.Time("invalidation to the last node's memory, p99, nothing wrong", healthy, ReachBound, Quantile(healthy, 0.99));
        yield return Row.Time("  worst, nothing wrong", healthy, null);
        yield return Row.Time("  worst of all", [.. reaches.Select(static e => e.Ended - e.Began)], null);

        foreach (var form in evidence[Operation.Recover].GroupBy(static e => (e.Target, e.Status)).OrderBy(static g => g.Key))
        {
            var bound = form.Key.Target is "kill" or "hang" ? RecoverBound : (double?)null;
            var failed = form.Count(static e => e.Result == Result.Failed);
            var row = Row.Time($"coherent again after {form.Key.Target}, {form.Key.Status}", [.. form.Select(static e => e.Ended - e.Began)], bound);
            yield return failed == 0 ? row : row with { Value = $"{failed} of {form.Count()} not at all", Bound = "at all", IsBroken = true };
        }

        var kept = evidence[Operation.Keep].ToArray();
        var lost = kept.Where(static e => e.Result != Result.Fresh || e.Status != "Local").ToArray();
        yield return Row.Told("reads while one heartbeat was late", kept.Length);
        yield return Row.None("  that were no hit of the node's memory", lost.Length, lost.Select(static e => FormattableString.Invariant(
            $"at {e.Began:0.0} ms node {e.Node} answered {e.Target}: {e.Result}, from {e.Status}")));
    }

    private static double? Quantile(double[] ordered, double share) => ordered.Length == 0 ? null : ordered[(int)(share * (ordered.Length - 1))];
}
