using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Edge;

/// <summary>What is said of edges: events 1350 to 1399.</summary>
internal static partial class EdgeLog
{
    [LoggerMessage(1350, LogLevel.Warning, "Purging {Count} tags at the edge '{Edge}' failed; they are purged again in {Again}. This is logged once until a purge there succeeds.")]
    public static partial void PurgeFailed(this ILogger log, string edge, int count, TimeSpan again, Exception exception);

    [LoggerMessage(1351, LogLevel.Error, "The edge '{Edge}' has {Limit} purges pending already: a tag was not purged, and what is under it lives there until its lifetime ends. This is logged once until there is room again.")]
    public static partial void QueueFull(this ILogger log, string edge, int limit);

    [LoggerMessage(1352, LogLevel.Warning, "The pending purges of the edge '{Edge}' can't be kept in the remote tier: until it is back, they are in this process's memory. This is logged once until then.")]
    public static partial void StoreAway(this ILogger log, string edge, Exception exception);

    [LoggerMessage(1353, LogLevel.Error, "The process ends with {Count} purges of the edge '{Edge}' not done.")]
    public static partial void PurgesLost(this ILogger log, string edge, int count);

    [LoggerMessage(1354, LogLevel.Debug, "Purged {Count} tags at the edge '{Edge}'.")]
    public static partial void Purged(this ILogger log, string edge, int count);

    [LoggerMessage(1355, LogLevel.Error, "The queue of the edge '{Edge}' failed and goes on.")]
    public static partial void QueueFailed(this ILogger log, string edge, Exception exception);

    [LoggerMessage(1356, LogLevel.Information, "The edge '{Edge}' is purged again: {Count} tags, after purges that failed.")]
    public static partial void PurgesAgain(this ILogger log, string edge, int count);
}
