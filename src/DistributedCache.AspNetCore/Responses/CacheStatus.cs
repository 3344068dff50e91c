using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Responses;

/// <summary><c>Cache-Status</c> (RFC 9211): what this cache did about a request.</summary>
internal sealed class CacheStatus(string name)
{
    public const string Field = "Cache-Status";

    public void Hit(IHeaderDictionary headers, long ttl, string detail) =>
        Append(headers, string.Create(CultureInfo.InvariantCulture, $"{name}; hit; ttl={ttl}; detail={detail}"));

    /// <param name="headers">The answer's.</param>
    /// <param name="reason">Why the request went on: <c>uri-miss</c>, <c>vary-miss</c>, <c>stale</c>, <c>request</c>, <c>bypass</c> or <c>method</c>.</param>
    /// <param name="isStored">Whether the answer is stored.</param>
    /// <param name="isCollapsed">Whether it was another request that went on.</param>
    /// <param name="detail">Why it is not stored.</param>
    public void Forwarded(IHeaderDictionary headers, string reason, bool isStored, bool isCollapsed = false, string? detail = null) =>
        Append(headers, $"{name}; fwd={reason}{(isStored ? "; stored" : "")}{(isCollapsed ? "; collapsed" : "")}{(detail is null ? "" : $"; detail=\"{detail}\"")}");

    // After those of the caches behind this one.
    private static void Append(IHeaderDictionary headers, string member) => headers.Append(Field, member);
}
