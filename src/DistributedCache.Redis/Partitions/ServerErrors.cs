using StackExchange.Redis;

namespace DistributedCache.Redis.Partitions;

/// <summary>What a server's error says, by its first word.</summary>
internal static class ServerErrors
{
    /// <summary>There is no room.</summary>
    public static bool IsFull(this RedisServerException exception) => exception.Message.Contains("OOM ", StringComparison.Ordinal);

    /// <summary>It can't serve anything now: it loads its data, or lacks its master or the rest of its cluster.</summary>
    public static bool IsOfAbsence(this RedisServerException exception) =>
        exception.Message.StartsWith("LOADING", StringComparison.Ordinal)
        || exception.Message.StartsWith("MASTERDOWN", StringComparison.Ordinal)
        || exception.Message.StartsWith("CLUSTERDOWN", StringComparison.Ordinal);

    /// <summary>What is under the key is not of the type the command is for.</summary>
    public static bool IsOfAnotherType(this RedisServerException exception) => exception.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal);

    /// <summary>The slot is being moved, and some of the keys are here and some there, so that only commands on one are carried out.</summary>
    public static bool IsOfMoving(this RedisServerException exception) => exception.Message.StartsWith("TRYAGAIN", StringComparison.Ordinal);

    /// <summary>The server does not know the script yet.</summary>
    public static bool IsUnknownScript(this RedisServerException exception) => exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);
}
