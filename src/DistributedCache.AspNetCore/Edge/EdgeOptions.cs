namespace DistributedCache.AspNetCore;

/// <summary>How a cache's edges are purged.</summary>
public sealed class EdgeOptions
{
    /// <summary>How often one request to an edge is sent, the first time included, before its tags wait for the next round; 1 to 10.
    /// Default: 4. The pauses between grow from half a second, or are what the edge asks for.</summary>
    public int Attempts { get; set; } = 4;

    /// <summary>How long an edge may take to answer one request; from 100 ms to 50 seconds. Default: 10 seconds.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many purges may be pending for each edge, and for each server of Varnish; 2 to 1,000,000. Default: 10,000. Each invalidation is two, and the
    /// same tag's are one. What is more is dropped, logged and counted.</summary>
    public int PendingLimit { get; set; } = 10_000;

    /// <summary>How long a shutdown waits for the purges that are due; from zero to 5 minutes. Default: 5 seconds.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the answer to an unsafe HTTP request waits until the edges have purged what the request invalidated; from zero,
    /// which means that it does not wait, to 1 minute. Default: 1 second.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(1);
}
