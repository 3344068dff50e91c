using Microsoft.Extensions.Logging;

namespace DistributedCache.EntityFrameworkCore;

/// <summary>What is said of commits and their invalidations: events 1200 to 1299.</summary>
internal static partial class EntityFrameworkLog
{
    [LoggerMessage(1200, LogLevel.Warning, "A commit's invalidation failed for the tags {Tags}; what is cached under them may be stale until its duration ends.")]
    public static partial void InvalidationFailed(this ILogger logger, string tags, Exception? exception);

    [LoggerMessage(1201, LogLevel.Warning, "The table '{Table}' was changed by a command, and no entity of it is mapped to a coarse tag: nothing was invalidated.")]
    public static partial void TableNotMapped(this ILogger logger, string table);

    [LoggerMessage(1202, LogLevel.Warning, "It can't be told which table a command that begins with '{Command}' changes: nothing was invalidated.")]
    public static partial void TableUnknown(this ILogger logger, string command);

    [LoggerMessage(1203, LogLevel.Warning, "The function that gives the tags of {Entity} failed: only its other tags were invalidated.")]
    public static partial void TagsFailed(this ILogger logger, string entity, Exception exception);

    [LoggerMessage(1204, LogLevel.Warning, "A transaction that EF Core did not begin is used: each change invalidates at once, and again only if the transaction is committed through EF Core.")]
    public static partial void TransactionForeign(this ILogger logger);
}
