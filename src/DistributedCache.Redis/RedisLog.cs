using System.Net;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Redis;

internal static partial class RedisLog
{
    [LoggerMessage(2001, LogLevel.Warning, "The connection to Redis that was handed in waits {Milliseconds} ms for an answer; a hung server is noticed that late. Recommended is 1,000.")]
    public static partial void WeakSettings(this ILogger log, int milliseconds);

    [LoggerMessage(2002, LogLevel.Warning, "A message on '{Channel}' is not of this library, or of a later release: ignored. Further ones of the next minute are not logged.")]
    public static partial void ForeignMessage(this ILogger log, string channel);

    [LoggerMessage(2003, LogLevel.Warning, "Messages of {Server} did not come, though it answers: its {Count} channels are subscribed anew.")]
    public static partial void SubscriptionMended(this ILogger log, EndPoint server, int count);

    [LoggerMessage(2010, LogLevel.Error, "Redis at {Servers} can't run the scripts every operation is made of (EVAL, EVALSHA; SET with KEEPTTL, of Redis 6.0): nothing is shared between processes, and each caches for itself.")]
    public static partial void LacksScripts(this ILogger log, string servers);

    [LoggerMessage(2011, LogLevel.Warning, "Redis at {Servers} knows no script flags (Redis 7.0): scripts begin with a write that takes no memory instead, which Redis before 7.0 heeds; another product may refuse invalidations while its memory is full.")]
    public static partial void LacksScriptFlags(this ILogger log, string servers);

    [LoggerMessage(2012, LogLevel.Warning, "Redis at {Servers} has no streams in scripts (XADD, XRANGE): there is no log of invalidations, so a process that missed one drops what it holds of that partition in its memory, and a Set that comes beside other writes of its partition is tried again.")]
    public static partial void LacksStreams(this ILogger log, string servers);

    [LoggerMessage(2013, LogLevel.Warning, "Redis at {Servers} has no sharded pub/sub (SPUBLISH in scripts, SSUBSCRIBE; Redis 7.0): ordinary channels are used, and a cluster sends every invalidation to all of its servers.")]
    public static partial void LacksShardedChannels(this ILogger log, string servers);

    [LoggerMessage(2014, LogLevel.Warning, "Redis at {Servers} tells scripts no replication id (INFO replication): that a failover or a restored copy has forgotten invalidations is noticed only by processes that knew of them, and only until later ones have been given their numbers.")]
    public static partial void LacksRunId(this ILogger log, string servers);
}
