using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Freshness;
using DistributedCache.AspNetCore.Headers;
using DistributedCache.AspNetCore.Responses;
using DistributedCache.AspNetCore.Storing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>Runs the application for a request, its answer streaming to the client while it is kept.</summary>
internal sealed class OriginRun(RequestDelegate next, TieredResponseCachingOptions options, CacheStatus status, EdgeAnswers edges, TimeProvider time)
{
    /// <summary>Runs it and answers what may be stored of it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="stale">What was stored before, asked for again by its validator.</param>
    /// <param name="hasClient">Whether somebody waits for this very answer.</param>
    /// <exception cref="StaleInsteadException">The application failed, and a stale response may stand in; nothing was sent.</exception>
    public async Task<CachedItem> RunAsync(CacheRequest request, StoredResponse? stale, bool hasClient)
    {
        var context = request.Context;
        var response = context.Response;
        var client = response.Body;
        var requested = time.GetUtcNow();
        var restore = AskForTheWhole(context.Request.Headers, stale);
        var received = requested;
        string? against = null;
        var isRenewal = false;
        var lifetime = default(Lifetime);
        List<KeyValuePair<string, StringValues>>? fields = null;
        var capture = new CaptureStream(hasClient ? client : Stream.Null, options.MaximumBodySize, Begin);
        response.Body = capture;
        try
        {
            await next(context).ConfigureAwait(false);

            // What the body's writer holds back counts as the body.
            await response.BodyWriter.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            capture.Begin();
        }
        finally
        {
            response.Body = client;
            restore();
        }

        if (isRenewal) return Renewed(stale!, response.Headers, requested, received);
        return against is null && capture.IsWhole && IsComplete(response, capture)
            ? Stored(response, fields!, capture.Kept, requested, received, lifetime)
            : NotCacheable.Instance;

        bool Begin()
        {
            received = time.GetUtcNow();
            if (stale is not null && response.StatusCode == StatusCodes.Status304NotModified)
            {
                isRenewal = true;
                return false;
            }

            if (stale is not null && response.StatusCode >= 500 && MayStandIn(stale, received)) throw new StaleInsteadException($"The application answered {response.StatusCode}.");
            var said = CacheControl.Parse(response.Headers.CacheControl);
            against = StorageRules.Against(context.Request, request.Asked, response.StatusCode, response.Headers, said) ?? Refusal(request);
            if (against is null)
            {
                lifetime = LifetimeOf(request, response.StatusCode, response.Headers, said, received);
                against = Unfit(response, lifetime);
            }

            var speaks = edges.IsFor(request.Policy);
            var isForEdges = against is null && request.IsForEdges;
            if (speaks && isForEdges) edges.TryTag(response.Headers, request.Tags);
            if (against is null) fields = StoredHeaders.Of(response.Headers, received);

            if (!hasClient) return false;
            request.IsAnswered = true;
            if (speaks && isForEdges) edges.Allow(response.Headers, request.Policy, lifetime, Age.WhenReceived(response.Headers, requested, received), isDoubtful: false);
            else if (speaks) edges.Forbid(response.Headers);
            status.Forwarded(response.Headers, request.Reason, against is null, detail: against);
            return true;
        }
    }

    /// <summary>Whether a response may be served in the place of an error now.</summary>
    public static bool MayStandIn(StoredResponse stale, DateTimeOffset now) =>
        !stale.Lifetime.MustRevalidate && stale.AgeAt(now) < (stale.Lifetime.Fresh ?? 0) + stale.Lifetime.IfError;

    /// <summary>What code says against storing a response that may be stored.</summary>
    private static string? Refusal(CacheRequest request)
    {
        if (request.Policy.Code.Length == 0) return null;
        var storing = new CacheResponseStoring(request.Context, request.Tags);
        foreach (var policy in request.Policy.Code) policy.BeforeStoring(storing);
        request.Duration = storing.Duration;
        return storing.IsRefused || storing.Duration <= TimeSpan.Zero ? "policy" : null;
    }

    private static string? Unfit(HttpResponse response, in Lifetime lifetime)
    {
        if (lifetime.Fresh is null) return "no freshness";
        var hasValidator = response.Headers.ETag.Count > 0 || response.Headers.LastModified.Count > 0;
        return lifetime.Fresh == 0 && lifetime.WhileRevalidate == 0 && lifetime.IfError == 0 && !hasValidator ? "stale" : null;
    }

    private static Lifetime LifetimeOf(CacheRequest request, int status, IHeaderDictionary headers, CacheControl said, DateTimeOffset received)
    {
        var lifetime = Lifetime.Of(headers, said, received);
        if ((request.Duration ?? request.Policy.Duration) is { } own && !said.NoCache) return lifetime with { Fresh = (long)own.TotalMilliseconds };
        if (request.Profile is { } profile)
        {
            return lifetime with
            {
                Fresh = lifetime.Fresh ?? profile.DurationMs,
                IfError = lifetime.MustRevalidate || said.StaleIfError is not null ? lifetime.IfError : profile.StaleForMs,
            };
        }

        if (lifetime.Fresh is not null || !request.Policy.IsByHeadersAlone || !StorageRules.AllowsHeuristics(status, said)) return lifetime;
        return lifetime with { Fresh = Lifetime.Heuristic(headers, received) is > 0 and var guess ? guess : null };
    }

    private static StoredResponse Stored(
        HttpResponse response, List<KeyValuePair<string, StringValues>> fields, ReadOnlyMemory<byte> body, DateTimeOffset requested, DateTimeOffset received, in Lifetime lifetime)
    {
        var headers = response.Headers;
        if (response.StatusCode == StatusCodes.Status200OK && headers.ETag.Count == 0 && headers.LastModified.Count == 0) fields.Add(StoredHeaders.TagOf(body.Span));
        return new StoredResponse(response.StatusCode, [.. fields], body, Age.WhenReceived(headers, requested, received), received.ToUnixTimeMilliseconds(), lifetime);
    }

    private static StoredResponse Renewed(StoredResponse stale, IHeaderDictionary headers, DateTimeOffset requested, DateTimeOffset received)
    {
        var fields = StoredHeaders.Renew(stale, headers, received);
        var control = Array.Find(fields, static field => field.Key.Equals(HeaderNames.CacheControl, StringComparison.OrdinalIgnoreCase)).Value;
        var all = new HeaderDictionary();
        foreach (var (name, value) in fields) all[name] = value;
        var lifetime = Lifetime.Of(all, CacheControl.Parse(control), received);
        return stale with
        {
            Headers = fields,
            InitialAge = Age.WhenReceived(headers, requested, received),
            Received = received.ToUnixTimeMilliseconds(),
            Lifetime = lifetime.Fresh is null ? stale.Lifetime : lifetime,
        };
    }

    /// <summary>An answer that says how long it is and was cut off is none.</summary>
    private static bool IsComplete(HttpResponse response, CaptureStream capture) =>
        !response.HttpContext.RequestAborted.IsCancellationRequested && (response.ContentLength is not { } length || length == capture.Kept.Length);

    /// <summary>The application is asked for what can be stored: all of it, whatever this client has already.</summary>
    private static Action AskForTheWhole(IHeaderDictionary headers, StoredResponse? stale)
    {
        var (none, since, range, ifRange) = (headers.IfNoneMatch, headers.IfModifiedSince, headers.Range, headers.IfRange);
        headers.IfNoneMatch = stale?.Find(HeaderNames.ETag) ?? default;
        headers.IfModifiedSince = stale?.Find(HeaderNames.LastModified) ?? default;
        headers.Range = headers.IfRange = default;
        return () => (headers.IfNoneMatch, headers.IfModifiedSince, headers.Range, headers.IfRange) = (none, since, range, ifRange);
    }
}
