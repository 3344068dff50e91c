using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore;

/// <summary>What is said of cached responses: events 1300 to 1349.</summary>
internal static partial class ResponseCachingLog
{
    [LoggerMessage(1300, LogLevel.Warning, "The cookie '{Cookie}', by which a client reads its own writes on every node, can't be read: all nodes need one key ring of Data Protection, as they do for logins. This is logged once.")]
    public static partial void CookieUnreadable(this ILogger log, string cookie, Exception exception);

    [LoggerMessage(1301, LogLevel.Warning, "The endpoint '{Endpoint}' asks for its responses to be cached, and no pipeline has a cache: call UseTieredResponseCaching on the application, after UseAuthorization. This is logged for the first such endpoint.")]
    public static partial void NotHeeded(this ILogger log, string? endpoint);
}
