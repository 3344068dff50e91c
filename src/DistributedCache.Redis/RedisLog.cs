using Microsoft.Extensions.Logging;

namespace DistributedCache.Redis;

internal static partial class RedisLog
{
    [LoggerMessage(2001, LogLevel.Warning, "The connection to Redis that was handed in waits {Milliseconds} ms for an answer; a hung server is noticed that late. Recommended is 1,000.")]
    public static partial void WeakSettings(this ILogger log, int milliseconds);

    [LoggerMessage(2002, LogLevel.Warning, "A message on '{Channel}' is not of this library, or of a later release: ignored. Further ones of the next minute are not logged.")]
    public static partial void ForeignMessage(this ILogger log, string channel);
}
