using DistributedCache.AspNetCore.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Storing;

/// <summary>Whether a shared cache may store a response (RFC 9111, sections 3 and 3.5). Freshness is another matter.</summary>
internal static class StorageRules
{
    // Final, and of a kind whose meaning this cache knows. 304 is a part of another.
    private static readonly HashSet<int> Understood = [200, 203, 204, 206, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 406, 410, 414, 421, 451, 500, 501, 502, 503, 504];

    // RFC 9110, section 15.1.
    private static readonly HashSet<int> HeuristicallyCacheable = [200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501];

    /// <summary>The first reason against it; null where there is none.</summary>
    /// <param name="request">The request.</param>
    /// <param name="asked">What it says of caching.</param>
    /// <param name="status">The response's status.</param>
    /// <param name="headers">Its fields.</param>
    /// <param name="said">What it says of caching.</param>
    /// <param name="isPart">Whether a part was asked for, to be kept as one.</param>
    /// <param name="mayShareCookies">Whether a response that sets cookies goes to others where it says that it may (section 7.3).</param>
    public static string? Against(HttpRequest request, CacheControl asked, int status, IHeaderDictionary headers, CacheControl said, bool isPart, bool mayShareCookies)
    {
        if (asked.NoStore) return "request no-store";
        if (status is < 200 or 304 || isPart != (status == StatusCodes.Status206PartialContent)) return "status";
        if (isPart && !ContentRange.TryParse(headers.ContentRange, out _)) return "Content-Range";
        if (said.MustUnderstand)
        {
            // It overrides no-store for who understands the status (section 5.2.2.3).
            if (!Understood.Contains(status)) return "status";
        }
        else if (said.NoStore) return "no-store";

        if (said.Private) return "private";
        if (!mayShareCookies && headers.ContainsKey(HeaderNames.SetCookie)) return "Set-Cookie";
        if (VaryField.Parse(headers.Vary) is null) return "Vary: *";
        if (request.Headers.Authorization.Count > 0 && !said.Public && !said.MustRevalidate && said.SharedMaxAge is null) return "Authorization";
        return null;
    }

    /// <summary>Whether a response that says nothing of its freshness may be stored at all.</summary>
    public static bool AllowsHeuristics(int status, CacheControl said) => said.Public || HeuristicallyCacheable.Contains(status);
}
