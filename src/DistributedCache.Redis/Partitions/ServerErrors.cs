using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>What a server's error says.</summary>
internal static class ServerErrors
{
    /// <summary>There is no room.</summary>
    public static bool IsFull(this RedisServerException exception) => exception.Message.Contains("OOM ", StringComparison.Ordinal);

    /// <summary>It serves nothing now: it loads its data, runs a script, lacks its master, the rest of its cluster or a place for a
    /// client, or names another that can't be reached.</summary>
    public static bool IsOfAbsence(this RedisServerException exception) => exception.Kind
        is RedisErrorKind.Loading or RedisErrorKind.Busy or RedisErrorKind.MasterDown or RedisErrorKind.ClusterDown
        or RedisErrorKind.MaxClients or RedisErrorKind.Moved or RedisErrorKind.Ask or RedisErrorKind.UnknownRedirectTarget;

    /// <summary>What is under the key is not of the type the command is for.</summary>
    public static bool IsOfAnotherType(this RedisServerException exception) => exception.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal);

    /// <summary>The server does not know the script yet.</summary>
    public static bool IsUnknownScript(this RedisServerException exception) => exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);
}
