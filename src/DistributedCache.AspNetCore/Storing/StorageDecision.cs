using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Freshness;
using DistributedCache.AspNetCore.Headers;
using DistributedCache.AspNetCore.Middleware;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace DistributedCache.AspNetCore.Storing;

/// <summary>What becomes of a response: why it is not stored, or how long it is of use.</summary>
/// <param name="Against">The reason against storing it; null where there is none.</param>
/// <param name="Lifetime">How long it is of use.</param>
internal readonly record struct StorageDecision(string? Against, Lifetime Lifetime)
{
    /// <summary>Decides about a response that the application has made, or that it has renewed by a 304.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The response's status.</param>
    /// <param name="headers">Its fields.</param>
    /// <param name="received">When it came.</param>
    public static StorageDecision Of(CacheRequest request, int status, IHeaderDictionary headers, DateTimeOffset received)
    {
        var said = Said(request, headers);
        return (Objection(request, status, headers, said) ?? Refusal(request) ?? (request.HasSoundTags ? null : "tag")) is { } against
            ? new StorageDecision(against, default)
            : Of(headers, LifetimeOf(request, status, headers, said, received));
    }

    private static StorageDecision Of(IHeaderDictionary headers, in Lifetime lifetime) => new(Unfit(headers, lifetime), lifetime);

    private static string? Objection(CacheRequest request, int status, IHeaderDictionary headers, CacheControl said) =>
        OfWhoAsks(request)
        ?? StorageRules.Against(request.Context.Request, request.Asked, status, headers, said, request.IsForPart, MayShareCookies(request, headers, said));

    /// <summary>What makes a response that of who asks, though none of its headers says so.</summary>
    private static string? OfWhoAsks(CacheRequest request)
    {
        if (request.Policy.SharedAcrossUsers) return null;
        if (!request.IsOfWhoAsks) return "authenticated";
        return request.UsesSession ? "session" : null;
    }

    /// <summary>Cookies do not keep a response from being shared that says itself for how long it may be (section 7.3), and an origin's
    /// response that is passed on is its word. Those that this application sets, for a session or a login, are somebody's.</summary>
    private static bool MayShareCookies(CacheRequest request, IHeaderDictionary headers, CacheControl said) =>
        request.Policy.IsByHeadersAlone && SaysHowLong(headers, said) && request.Context.Features.Get<IResponseCookiesFeature>() is null;

    /// <summary>What the response says of caching. To who caches by its headers alone that is first what is meant for caches such as this
    /// one (RFC 9213, section 2.2); elsewhere the policy says it, and what the response tells edges is for them.</summary>
    private static CacheControl Said(CacheRequest request, IHeaderDictionary headers) =>
        (request.Policy.IsByHeadersAlone ? CacheControl.ParseTargeted(headers[EdgeHeaders.Control]) : null) ?? CacheControl.Parse(headers.CacheControl);

    private static bool SaysHowLong(IHeaderDictionary headers, CacheControl said) =>
        said.SharedMaxAge is not null || said.MaxAge is not null || (headers.Expires.Count > 0 && !said.IsTargeted);

    /// <summary>What code says against storing a response that may be stored.</summary>
    private static string? Refusal(CacheRequest request)
    {
        if (request.Policy.Code.Length == 0) return null;
        var storing = new CacheResponseStoring(request.Context, request.Tags);
        foreach (var policy in request.Policy.Code) policy.BeforeStoring(storing);
        request.Duration = storing.Duration;
        return storing.IsRefused || storing.Duration <= TimeSpan.Zero ? "policy" : null;
    }

    private static string? Unfit(IHeaderDictionary headers, in Lifetime lifetime)
    {
        if (lifetime.Fresh is null) return "no freshness";
        var hasValidator = headers.ETag.Count > 0 || headers.LastModified.Count > 0;
        return lifetime.Fresh == 0 && lifetime.WhileRevalidate == 0 && lifetime.IfError == 0 && !hasValidator ? "stale" : null;
    }

    private static Lifetime LifetimeOf(CacheRequest request, int status, IHeaderDictionary headers, CacheControl said, DateTimeOffset received)
    {
        var lifetime = Lifetime.Of(headers, said, received);

        // What policies say holds for answers, not for errors that say nothing themselves.
        var mayGuess = StorageRules.AllowsHeuristics(status, said);
        if (request.Duration is { } code && !said.NoCache) return lifetime with { Fresh = (long)code.TotalMilliseconds };
        if (request.Policy.Duration is { } own && mayGuess && !said.NoCache) return lifetime with { Fresh = (long)own.TotalMilliseconds };
        if (request.Profile is { } profile)
        {
            return lifetime with
            {
                Fresh = lifetime.Fresh ?? (mayGuess ? profile.DurationMs : null),
                IfError = lifetime.MustRevalidate || said.StaleIfError is not null ? lifetime.IfError : profile.StaleForMs,
            };
        }

        if (lifetime.Fresh is not null) return lifetime;
        return mayGuess && Lifetime.Heuristic(headers, received) is > 0 and var guess ? lifetime with { Fresh = guess } : lifetime;
    }
}
