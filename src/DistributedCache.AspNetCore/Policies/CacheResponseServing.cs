using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore;

/// <summary>A stored response that is about to go out. Its headers are in the context, and may be changed.</summary>
public sealed class CacheResponseServing
{
    internal CacheResponseServing(HttpContext context, CacheTier tier, TimeSpan age, TimeSpan timeToLive, bool isUnverified) =>
        (HttpContext, Tier, Age, TimeToLive, IsUnverified) = (context, tier, age, timeToLive, isUnverified);

    /// <summary>The request and its response.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>Where it comes from; <see cref="CacheTier.Source"/> where another request's answer goes to this one as well.</summary>
    public CacheTier Tier { get; }

    /// <summary>How old it is, that of caches behind this one included.</summary>
    public TimeSpan Age { get; }

    /// <summary>What is left of its fresh lifetime; negative when that is over.</summary>
    public TimeSpan TimeToLive { get; }

    /// <summary>Whether this process could not verify within <see cref="TieredCacheOptions.MaxStaleness"/> that nothing invalidated it.</summary>
    public bool IsUnverified { get; }

    /// <summary>Whether it is served beyond its lifetime, for an application that failed, is slow, or is asked behind the answer.</summary>
    public bool IsStale => TimeToLive < TimeSpan.Zero;
}
