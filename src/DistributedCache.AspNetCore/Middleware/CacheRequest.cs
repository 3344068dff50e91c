using DistributedCache.AspNetCore.Headers;
using DistributedCache.AspNetCore.Policies;
using DistributedCache.Expiry;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>One request for which the cache is asked, and how far its own answer has come.</summary>
internal sealed class CacheRequest(HttpContext context, CacheResponsePolicy policy, EntryPolicy? profile, string[] tags)
{
    private readonly Lock _lock = new();
    private bool _isOver;

    public HttpContext Context => context;

    public CacheResponsePolicy Policy => policy;

    /// <summary>The lifetimes of the profile that the policy names.</summary>
    public EntryPolicy? Profile => profile;

    public string[] Tags => tags;

    /// <summary>What the request says of caching.</summary>
    public CacheControl Asked { get; } = CacheControl.Parse(context.Request.Headers.CacheControl);

    /// <summary>Why the request went on to the application, where it did.</summary>
    public string Reason { get; set; } = "uri-miss";

    /// <summary>The application's run for this very request, which uses its context: nobody else may until it has ended.</summary>
    public Task? Running { get; set; }

    /// <summary>A request like this one that nobody waits for; null once this one is over, whose context is then another's.</summary>
    public CacheRequest? Detach(IServiceProvider services)
    {
        lock (_lock) return _isOver ? null : new CacheRequest(DetachedContext.Of(context, services), policy, profile, tags) { Reason = Reason };
    }

    /// <summary>Its context may not be used any more.</summary>
    public void End()
    {
        lock (_lock) _isOver = true;
    }

    /// <summary>Whether its answer is on its way to the client.</summary>
    public bool IsAnswered { get; set; }
}
