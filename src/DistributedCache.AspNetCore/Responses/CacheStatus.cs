using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Responses;

/// <summary><c>Cache-Status</c> (RFC 9211): what this cache did about a request.</summary>
/// <param name="name">The cache's name.</param>
/// <param name="showsKeys">Whether answers say the key, which is nobody's business outside of development.</param>
internal sealed class CacheStatus(string name, bool showsKeys)
{
    public const string Field = "Cache-Status";

    public bool ShowsKeys => showsKeys;

    public string HitOf(long ttl, string detail) => string.Create(CultureInfo.InvariantCulture, $"{name}; hit; ttl={ttl}; detail={detail}");

    /// <param name="headers">The answer's.</param>
    /// <param name="ttl">Seconds that the response is fresh; less than 0 when it is stale.</param>
    /// <param name="detail">Where it comes from, or that it is not verified.</param>
    /// <param name="key">Its key.</param>
    public void Hit(IHeaderDictionary headers, long ttl, string detail, string? key = null) => Append(headers, HitOf(ttl, detail) + Key(key));

    /// <param name="headers">The answer's.</param>
    /// <param name="reason">Why the request went on: <c>uri-miss</c>, <c>vary-miss</c>, <c>stale</c>, <c>partial</c>, <c>request</c>, <c>bypass</c> or <c>method</c>.</param>
    /// <param name="isStored">Whether the answer is stored.</param>
    /// <param name="isCollapsed">Whether it was another request that went on.</param>
    /// <param name="detail">Why it is not stored.</param>
    /// <param name="key">Its key.</param>
    public void Forwarded(IHeaderDictionary headers, string reason, bool isStored, bool isCollapsed = false, string? detail = null, string? key = null) =>
        Append(headers, $"{name}; fwd={reason}{(isStored ? "; stored" : "")}{(isCollapsed ? "; collapsed" : "")}{(detail is null ? "" : $"; detail=\"{detail}\"")}{Key(key)}");

    /// <summary>Neither was there a response nor did the request go on.</summary>
    public void Nothing(IHeaderDictionary headers, string detail) => Append(headers, $"{name}; detail=\"{detail}\"");

    private string Key(string? key) => showsKeys && key is not null
        ? $"; key=\"{key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""
        : "";

    // After those of the caches behind this one.
    private static void Append(IHeaderDictionary headers, string member) => headers.Append(Field, member);
}
