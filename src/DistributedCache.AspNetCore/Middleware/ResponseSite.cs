using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Policies;
using DistributedCache.AspNetCore.Responses;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>What holds for all requests of a cache of responses.</summary>
/// <param name="Options">Its options.</param>
/// <param name="Status">What it says of itself.</param>
/// <param name="Edges">What it says to caches in front.</param>
/// <param name="Time">Its clock.</param>
internal sealed record ResponseSite(TieredResponseCachingOptions Options, CacheStatus Status, EdgeAnswers Edges, TimeProvider Time)
{
    /// <summary>Milliseconds that a response may be served beyond its lifetime while its origin can't be reached. An application's own
    /// endpoints are not reached over a network: where they fail, they fail.</summary>
    public long UnreachableFor(CacheResponsePolicy policy) => policy.IsByHeadersAlone ? (long)Options.StaleWhenUnreachableFor.TotalMilliseconds : 0;
}
