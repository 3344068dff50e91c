using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>The fields of requests that frameworks and applications build addresses from, though no response names them in <c>Vary</c>: who
/// may set them could else put an address of his own into everybody's response. An intermediary that always says the same adds nothing.</summary>
internal static class RewritingFields
{
    /// <summary>Says more than the address (RFC 7239).</summary>
    public const string Forwarded = "Forwarded";

    /// <summary>All others.</summary>
    public static readonly string[] Names =
    [
        "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Scheme", "X-Forwarded-Prefix", "X-Forwarded-Port", "X-Original-Host", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override",
    ];

    /// <summary>Whether a request may have one: not where it has none but the commonest of all.</summary>
    /// <remarks>The server finds those by a bit each; to look for every other compares strings, and costs a hit as much as the rest of its key.</remarks>
    public static bool MayBeIn(IHeaderDictionary headers) => headers.Count > One(headers.Host) + One(headers.UserAgent) + One(headers.Accept)
        + One(headers.AcceptEncoding) + One(headers.AcceptLanguage) + One(headers.Connection) + One(headers.Cookie) + One(headers.Referer);

    /// <summary>What <c>Forwarded</c> says of the address, without who asks.</summary>
    public static StringValues AddressesOf(StringValues forwarded) => string.Join(';', forwarded.SelectMany(static line => (line ?? "").Split(',', ';'))
        .Select(static pair => pair.Trim())
        .Where(static pair => !pair.StartsWith("for=", StringComparison.OrdinalIgnoreCase) && !pair.StartsWith("by=", StringComparison.OrdinalIgnoreCase)));

    private static int One(StringValues values) => values.Count > 0 ? 1 : 0;
}
