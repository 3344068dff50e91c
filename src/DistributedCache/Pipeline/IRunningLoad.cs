namespace DistributedCache.Pipeline;

/// <summary>A load, as its factory sees it.</summary>
internal interface IRunningLoad
{
    /// <summary>Whether nobody asked for it.</summary>
    bool IsBackground { get; }

    /// <summary>Whether those who wait may have the stale value before it ends.</summary>
    bool HasSoftTimeout { get; }

    /// <summary>Answers those who wait with the stale value, if it may be served; the load goes on for the next ones.</summary>
    bool TryServeFallback();
}
