namespace DistributedCache.Remote;

/// <summary>What a claim took.</summary>
/// <param name="Names">The names.</param>
/// <param name="Until">When the claim ends, in ms of the schedule's clock: by that it knows its own.</param>
/// <param name="Next">How long until the next name is due; null where there is none.</param>
internal readonly record struct ClaimedNames(IReadOnlyList<string> Names, long Until, TimeSpan? Next);
