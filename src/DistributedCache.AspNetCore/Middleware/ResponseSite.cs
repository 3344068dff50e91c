using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Policies;
using DistributedCache.AspNetCore.Responses;
using DistributedCache.Expiry;
using DistributedCache.Keys;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>What holds for all requests of a cache of responses.</summary>
/// <param name="Options">Its options.</param>
/// <param name="Status">What it says of itself.</param>
/// <param name="Edges">What it says to caches in front.</param>
/// <param name="Clock">Its clock.</param>
/// <param name="MaximumTagLength">Characters of the longest tag.</param>
internal sealed record ResponseSite(TieredResponseCachingOptions Options, CacheStatus Status, EdgeAnswers Edges, CacheClock Clock, int MaximumTagLength)
{
    /// <summary>What a response's dates are held against.</summary>
    public DateTimeOffset Now => Clock.Provider.GetUtcNow();

    /// <summary>Whether these can be tags. Texts of requests and of data become some: what can't be found by all its tags is not stored.</summary>
    public bool CanTagWith(List<string> tags) => tags.TrueForAll(tag => KeyRules.IsValid(tag, MaximumTagLength));

    /// <summary>Milliseconds that a response may be served beyond its lifetime while its origin can't be reached. An application's own
    /// endpoints are not reached over a network: where they fail, they fail.</summary>
    public long UnreachableFor(CacheResponsePolicy policy) => policy.IsByHeadersAlone ? (long)Options.StaleWhenUnreachableFor.TotalMilliseconds : 0;
}
