using DistributedCache.AspNetCore.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>Requests that may have changed what is cached (RFC 9111, section 4.4): what was stored of their target, and of the places
/// the answer names, is invalid once they succeeded.</summary>
internal static class UnsafeRequests
{
    public static async Task RunAsync(RequestDelegate next, ITieredCache cache, HttpContext context)
    {
        await next(context).ConfigureAwait(false);
        if (context.Response.StatusCode is < 200 or >= 400) return;
        var tags = new HashSet<string> { RequestKeys.UriTag(context.Request) };
        Add(tags, context.Request, context.Response.Headers.Location);
        Add(tags, context.Request, context.Response.Headers[HeaderNames.ContentLocation]);
        foreach (var tag in tags) await cache.RemoveByTagAsync(tag, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Only of the same origin: nobody invalidates another's.</summary>
    private static void Add(HashSet<string> tags, HttpRequest request, string? place)
    {
        if (string.IsNullOrEmpty(place) || !Uri.TryCreate($"{request.Scheme}://{request.Host}{request.PathBase}{request.Path}", UriKind.Absolute, out var target)
            || !Uri.TryCreate(target, place, out var named)) return;
        if (named.Scheme != target.Scheme || named.Authority != target.Authority) return;
        tags.Add(RequestKeys.UriTag(request.Host, Uri.UnescapeDataString(named.AbsolutePath), named.Query));
    }
}
