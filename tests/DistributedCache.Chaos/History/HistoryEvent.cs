namespace DistributedCache.Chaos.History;

/// <summary>One thing that happened.</summary>
/// <param name="Operation">What it was.</param>
/// <param name="Began">When it was called, in milliseconds of the monotonic clock since the history began.</param>
/// <param name="Ended">When its answer was there.</param>
/// <param name="Node">The cache node's number; -1: none.</param>
/// <param name="Target">The key, tag or prefix, or the fault's name.</param>
/// <param name="Version">The value's version; -1: none.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Status">In its own words: the tier, the invalidation's status, the exception.</param>
/// <param name="Number">An invalidation's number, by which others name it; 0: none.</param>
/// <param name="Called">Of a load: when the read began that caused it.</param>
internal readonly record struct HistoryEvent(
    Operation Operation, double Began, double Ended, int Node, string Target, long Version = -1, Result Result = Result.Done, string Status = "", int Number = 0, double Called = 0)
{
    public bool IsInvalidation => Operation is Operation.Set or Operation.Remove or Operation.RemoveByTag or Operation.RemoveByPrefix or Operation.Clear;
}
