using System.Security.Cryptography;
using DistributedCache.AspNetCore.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Responses;

/// <summary>Which fields of a response are stored.</summary>
internal static class StoredHeaders
{
    // Of one connection (RFC 9110, section 7.6.1), of one answer, or made anew for each.
    private static readonly HashSet<string> Dropped = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.Connection, HeaderNames.KeepAlive, "Proxy-Connection", HeaderNames.ProxyAuthenticate, "Proxy-Authentication-Info", HeaderNames.ProxyAuthorization,
        HeaderNames.TE, HeaderNames.Trailer, HeaderNames.TransferEncoding, HeaderNames.Upgrade, HeaderNames.Age, HeaderNames.ContentLength,
        "Cache-Status", HeaderNames.Server, HeaderNames.AltSvc,
    };

    // What describes the stored bytes stays with them, and a cookie that a 304 sets is for who asked.
    private static readonly HashSet<string> Kept = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.ContentEncoding, HeaderNames.ContentType, HeaderNames.ContentRange, HeaderNames.SetCookie,
    };

    /// <summary>What validators begin with that are made here of the body.</summary>
    public const string OwnTag = "\"sha256-";

    /// <summary>Whether a condition names a validator that was made here.</summary>
    public static bool NamesOwnTag(StringValues condition) => condition.ToString().Contains(OwnTag, StringComparison.Ordinal);

    /// <param name="headers">The response's, before what is said to one client alone.</param>
    /// <param name="status">Its status: of a whole, parts will be served.</param>
    /// <param name="received">When it came: its date, where it has none.</param>
    public static List<KeyValuePair<string, StringValues>> Of(IHeaderDictionary headers, int status, DateTimeOffset received)
    {
        var named = HeaderText.Members(headers.Connection);
        var stored = headers
            .Where(header => !Dropped.Contains(header.Key) && !named.Contains(header.Key, StringComparer.OrdinalIgnoreCase))
            .Select(static header => KeyValuePair.Create(header.Key, header.Value))
            .ToList();
        if (headers.Date.Count == 0) stored.Add(KeyValuePair.Create(HeaderNames.Date, (StringValues)HttpDates.Format(received)));
        if (status == StatusCodes.Status200OK && headers.AcceptRanges.Count == 0) stored.Add(KeyValuePair.Create(HeaderNames.AcceptRanges, (StringValues)"bytes"));
        return stored;
    }

    /// <summary>A strong validator made of the body.</summary>
    public static KeyValuePair<string, StringValues> TagOf(ReadOnlySpan<byte> body) =>
        KeyValuePair.Create(HeaderNames.ETag, (StringValues)$"{OwnTag}{Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16))}\"");

    /// <summary>The fields of a stored response as a 304 for it renews them (RFC 9111, section 3.2).</summary>
    public static KeyValuePair<string, StringValues>[] Renew(StoredResponse stored, IHeaderDictionary renewed, DateTimeOffset received)
    {
        var fields = stored.Headers.ToDictionary(static header => header.Key, static header => header.Value, StringComparer.OrdinalIgnoreCase);
        fields[HeaderNames.Date] = HttpDates.Format(received);
        var named = HeaderText.Members(renewed.Connection);
        foreach (var (name, value) in renewed)
        {
            if (!Dropped.Contains(name) && !Kept.Contains(name) && !named.Contains(name, StringComparer.OrdinalIgnoreCase)) fields[name] = value;
        }

        return [.. fields];
    }
}
