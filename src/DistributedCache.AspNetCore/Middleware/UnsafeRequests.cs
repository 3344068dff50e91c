using DistributedCache.AspNetCore.Consistency;
using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Requests;
using DistributedCache.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>Requests that may have changed what is cached (RFC 9111, section 4.4): what was stored of their target, and of the places
/// the answer names, is invalid once they succeeded. The answer tells edges and the client what was invalidated.</summary>
internal sealed class UnsafeRequests(RequestDelegate next, CacheEngine engine, ResponseSite site, TokenCookie cookie, Func<bool> speaksToEdges)
{
    /// <param name="context">The request.</param>
    /// <param name="keyed">The same, where its answer may be stored.</param>
    public async Task RunAsync(HttpContext context, KeyedRequest? keyed)
    {
        var writes = WriteRecord.Open(engine);

        var posted = keyed is { } storable && HttpMethods.IsPost(context.Request.Method) ? PostedResponse.Capture(storable, site, engine) : null;

        // Before the first byte: who has the answer finds nothing of before any more.
        context.Response.OnStarting(() => AnswerAsync(context, writes, posted));
        try
        {
            await next(context).ConfigureAwait(false);
            if (posted is not null) await posted.StoreAsync().ConfigureAwait(false);
        }
        finally
        {
            if (posted is not null) await posted.Sent.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AnswerAsync(HttpContext context, WriteRecord writes, PostedResponse? posted)
    {
        var headers = context.Response.Headers;
        posted?.Started();
        if (context.Response.StatusCode is >= 200 and < 400)
        {
            var tags = new HashSet<string> { RequestKeys.UriTag(context.Request) };
            Add(tags, context.Request, headers.Location);
            Add(tags, context.Request, headers[HeaderNames.ContentLocation]);

            // The request's own flow may be over by now.
            writes.Continue();
            var invalidated = new List<ConsistencyToken>(tags.Count);
            foreach (var tag in tags) invalidated.Add((await engine.Default.RemoveByTagAsync(tag, CancellationToken.None).ConfigureAwait(false)).Token);
            posted?.Invalidated(invalidated);
        }

        await writes.FollowedAsync().ConfigureAwait(false);
        var written = writes.Close();
        if (speaksToEdges()) EdgeHeaders.Invalidate(headers, written.Tags);
        cookie.Write(context, written.Token);
    }

    /// <summary>Only of the same origin: nobody invalidates another's.</summary>
    private static void Add(HashSet<string> tags, HttpRequest request, string? place)
    {
        if (string.IsNullOrEmpty(place) || !Uri.TryCreate($"{request.Scheme}://{request.Host}{request.PathBase}{request.Path}", UriKind.Absolute, out var target)
            || !Uri.TryCreate(target, place, out var named)) return;
        if (named.Scheme != target.Scheme || named.Authority != target.Authority) return;
        tags.Add(RequestKeys.UriTag(request.Host, PathString.FromUriComponent(named.AbsolutePath).Value!, named.Query));
    }
}
