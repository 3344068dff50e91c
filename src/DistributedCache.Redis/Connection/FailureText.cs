using System.Net;
using StackExchange.Redis;

namespace DistributedCache.Redis.Connection;

/// <summary>Why servers don't do what they are asked, in a few words. The client's own messages name keys, and its counters.</summary>
internal static class FailureText
{
    // A cluster has more than a line of a log can hold.
    private const int MaximumNamed = 6;

    public static string Of(Exception failure, IReadOnlyCollection<IServer> servers)
    {
        var reason = failure.GetBaseException() switch
        {
            RedisConnectionException connection => connection.FailureType.ToString(),
            TimeoutException => "no answer in time",
            var cause => cause.Message,
        };
        var away = servers.Where(static server => !server.IsConnected).Select(static server => NameOf(server.EndPoint)).ToArray();
        if (away.Length == 0) away = [.. servers.Select(static server => NameOf(server.EndPoint))];
        if (away.Length == 0) return $"Redis: {reason}";
        var more = away.Length > MaximumNamed ? $" and {away.Length - MaximumNamed} more" : "";
        return $"Redis at {string.Join(", ", away.Take(MaximumNamed))}{more}: {reason}";
    }

    private static string NameOf(EndPoint endPoint) => EndPointCollection.ToString(endPoint);
}
