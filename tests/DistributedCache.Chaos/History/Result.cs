namespace DistributedCache.Chaos.History;

/// <summary>What came of an operation.</summary>
internal enum Result
{
    /// <summary>A value, given as good.</summary>
    Fresh,

    /// <summary>A value, marked as stale or unverified.</summary>
    Marked,

    /// <summary>No value; of a forgotten invalidation: nobody alive knew of it.</summary>
    Nothing,

    /// <summary>Done; of an invalidation: acknowledged; of a forgotten one: somebody alive knew of it.</summary>
    Done,

    /// <summary>An invalidation that is to be sent later.</summary>
    Queued,

    /// <summary>Not done, and said so.</summary>
    Refused,

    /// <summary>An exception reached the caller, or what was waited for did not come.</summary>
    Failed,
}
