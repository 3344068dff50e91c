using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Checks;

/// <summary>How soon an invalidation is everywhere, how soon the nodes are coherent again, and what a late heartbeat costs.</summary>
internal static class TimeCheck
{
    private const double ReachBound = 5, RecoverBound = 1_000;

    public static IEnumerable<Row> Judge(Evidence evidence)
    {
        var reaches = evidence[Operation.Reach].ToArray();
        var healthy = Healthy(evidence, Operation.Reach);
        var pings = Healthy(evidence, Operation.Ping);
        yield return Row.Time("invalidation to the last node's memory, p50, nothing wrong", healthy, null, Quantile(healthy, 0.5));
        var slow = reaches.Where(e => evidence.IsHealthy(e.Began, e.Ended) && e.Ended - e.Began > ReachBound).OrderByDescending(static e => e.Ended - e.Began);
        var p99 = Row.Time("invalidation to the last node's memory, p99, nothing wrong", healthy, ReachBound, Quantile(healthy, 0.99));
        yield return p99.IsBroken ? p99 with { Examples = [.. slow.Take(3).Select(static e => FormattableString.Invariant($"at {e.Began:0.0} ms node {e.Node} invalidated {e.Target}: {e.Status} after {e.Ended - e.Began:0.0} ms"))] } : p99;
        yield return Row.Time("  worst, nothing wrong", healthy, null);
        yield return Row.Time("  a plain PING meanwhile, p99", pings, null, Quantile(pings, 0.99));
        yield return Row.Time("  worst of all", [.. reaches.Select(static e => e.Ended - e.Began)], null);
        var never = reaches.Where(static e => e.Result == Result.Failed).ToArray();
        yield return Row.None("  that some node's memory did not follow at all", never.Length, never.Select(static e => FormattableString.Invariant(
            $"at {e.Began:0.0} ms node {e.Node} invalidated version {e.Version} of {e.Target}")));

        foreach (var form in evidence[Operation.Recover].GroupBy(static e => (e.Target, e.Status)).OrderBy(static g => g.Key))
        {
            var bound = form.Key.Target is "kill" or "hang" ? RecoverBound : (double?)null;
            var failed = form.Count(static e => e.Result == Result.Failed);
            var row = Row.Time($"coherent again after {form.Key.Target}, {form.Key.Status}", [.. form.Select(static e => e.Ended - e.Began)], bound);
            yield return failed == 0 ? row : row with { Value = $"{failed} of {form.Count()} not at all", Bound = "at all", IsBroken = true };
        }

        var kept = evidence[Operation.Keep].ToArray();
        var lost = kept.Where(static e => e.Result != Result.Fresh || e.Status is "Remote" or "Source").ToArray();
        yield return Row.Told("reads while one heartbeat was late", kept.Length);
        yield return Row.None("  that were no hit of the node's memory", lost.Length, lost.Select(static e => FormattableString.Invariant(
            $"at {e.Began:0.0} ms node {e.Node} answered {e.Target}: {e.Result}, from {e.Status}")));
    }

    private static double[] Healthy(Evidence evidence, Operation operation) =>
        [.. evidence[operation].Where(e => evidence.IsHealthy(e.Began, e.Ended)).Select(static e => e.Ended - e.Began).Order()];

    private static double? Quantile(double[] ordered, double share) => ordered.Length == 0 ? null : ordered[(int)(share * (ordered.Length - 1))];
}
