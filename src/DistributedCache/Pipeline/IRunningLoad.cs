namespace DistributedCache.Pipeline;

/// <summary>A load, as its factory sees it.</summary>
internal interface IRunningLoad
{
    /// <summary>Whether nobody asked for it.</summary>
    bool IsBackground { get; }

    /// <summary>Whether those who wait may have the stale value before the factory has answered, by either of its time limits.</summary>
    bool HasTimeLimit { get; }

    /// <summary>The tags of the stale value; none where there is none.</summary>
    IEnumerable<string> FallbackTags { get; }

    /// <summary>Answers those who wait with the stale value, if it may be served; the load goes on for the next ones.</summary>
    bool TryServeFallback();
}
