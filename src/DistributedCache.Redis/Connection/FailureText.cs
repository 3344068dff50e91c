using System.Net;
using StackExchange.Redis;

namespace DistributedCache.Redis.Connection;

/// <summary>Why servers don't do what they are asked, in a few words. The client's own messages name keys, and its counters.</summary>
internal static class FailureText
{
    // A cluster has more than a line of a log can hold.
    private const int MaximumNamed = 6;

    /// <summary>Of servers the client knows: those it is not connected with, or all.</summary>
    public static string Of(Exception failure, IReadOnlyCollection<IServer> servers)
    {
        var away = servers.Where(static server => !server.IsConnected).ToArray();
        return Of(failure, [.. (away.Length > 0 ? away : servers).Select(static server => server.EndPoint)]);
    }

    /// <summary>Of all these servers.</summary>
    public static string Of(Exception failure, IReadOnlyCollection<EndPoint> servers)
    {
        var reason = failure.GetBaseException() switch
        {
            // Before the client knows itself why.
            RedisConnectionException { FailureType: ConnectionFailureType.UnableToResolvePhysicalConnection } => "not connected",
            RedisConnectionException connection => connection.FailureType.ToString(),
            TimeoutException => "no answer in time",
            var cause => cause.Message,
        };
        if (servers.Count == 0) return $"Redis: {reason}";
        var more = servers.Count > MaximumNamed ? $" and {servers.Count - MaximumNamed} more" : "";
        return $"Redis at {string.Join(", ", servers.Take(MaximumNamed).Select(EndPointCollection.ToString))}{more}: {reason}";
    }
}
