using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Checks;

/// <summary>Exceptions that reached a caller, and how far the invalidations came.</summary>
internal static class FailureCheck
{
    public static IEnumerable<Row> Judge(Evidence evidence)
    {
        yield return Statuses("invalidations", [.. evidence.Events.Where(static e => e.IsInvalidation && e.Operation != Operation.Set)]);
        yield return Statuses("sets", [.. evidence[Operation.Set]]);
        var failed = evidence.Events.Where(static e => e.Result == Result.Failed && (e.IsInvalidation || e.Operation is Operation.Read or Operation.Keep or Operation.Find or Operation.Inspect)).ToArray();
        yield return Row.None("exceptions that reached a caller", failed.Length, failed.Select(static e => FormattableString.Invariant(
            $"at {e.Began:0.0} ms {e.Operation} of {e.Target} on node {e.Node}: {e.Status}")));
    }

    private static Row Statuses(string name, HistoryEvent[] events)
    {
        return new Row(name, FormattableString.Invariant(
            $"{events.Length:#,0}: {Count(Result.Done):#,0} acknowledged, {Count(Result.Queued):#,0} queued, {Count(Result.Refused):#,0} refused"));

        int Count(Result result) => events.Count(e => e.Result == result);
    }
}
