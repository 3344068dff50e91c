using DistributedCache.AspNetCore.Headers;
using DistributedCache.AspNetCore.Responses;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>How fresh a request wants its response (RFC 9111, sections 5.2.1 and 5.4).</summary>
/// <param name="Asked">What it says in <c>Cache-Control</c>.</param>
/// <param name="NoCache">Whether it wants nothing that was not asked for now.</param>
internal readonly record struct RequestDemands(CacheControl Asked, bool NoCache)
{
    public static RequestDemands Of(IHeaderDictionary request)
    {
        var asked = CacheControl.Parse(request.CacheControl);

        // What is older than Cache-Control says nothing beside it.
        return new RequestDemands(asked, asked.NoCache || (request.CacheControl.Count == 0 && request.Pragma.Count > 0 && request.Pragma.Contains("no-cache")));
    }

    /// <summary>Whether it wants a newer response than any that is stale.</summary>
    public bool WantNewer => NoCache || Asked.MaxAge is not null || Asked.MinFresh is not null;

    /// <summary>Whether a fresh response is fresh enough.</summary>
    public bool AllowFresh(StoredResponse stored, long age) => !NoCache
        && (Asked.MaxAge is not { } most || age / 1000 <= most)
        && (Asked.MinFresh is not { } least || (((stored.Lifetime.Fresh ?? 0) - age) / 1000) >= least);

    /// <summary>Whether a response that is stale for so long is fresh enough.</summary>
    /// <param name="over">Milliseconds since the end of its lifetime.</param>
    public bool AllowStale(long over) => !NoCache && Asked.MaxStale is { } most && over / 1000 <= most;
}
