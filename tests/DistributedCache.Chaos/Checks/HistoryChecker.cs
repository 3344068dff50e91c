namespace DistributedCache.Chaos.Checks;

/// <summary>Judges a history: pure, so that any other may be judged by it.</summary>
internal static class HistoryChecker
{
    public static IReadOnlyList<Row> Judge(Evidence evidence) =>
    [
        .. ReadCheck.Judge(evidence), .. FailureCheck.Judge(evidence), .. StoredCheck.Judge(evidence),
        .. FactoryCheck.Judge(evidence), .. TimeCheck.Judge(evidence),
    ];
}
