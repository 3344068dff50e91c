using DistributedCache.AspNetCore.Headers;
using DistributedCache.AspNetCore.Policies;
using DistributedCache.Expiry;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>One request for which the cache is asked, and how far its own answer has come.</summary>
internal sealed class CacheRequest(HttpContext context, CacheResponsePolicy policy, EntryPolicy? profile, List<string> tags, IReadOnlyList<string?> values)
{
    private readonly Lock _lock = new();
    private bool _isOver;

    public HttpContext Context => context;

    public CacheResponsePolicy Policy => policy;

    /// <summary>The lifetimes of the profile that the policy names.</summary>
    public EntryPolicy? Profile => profile;

    /// <summary>The tags of its response; what makes the response adds some.</summary>
    public List<string> Tags => tags;

    /// <summary>What code tells its responses apart by.</summary>
    public IReadOnlyList<string?> Values => values;

    /// <summary>Whether an edge can tell its responses from others.</summary>
    public bool IsForEdges => !policy.IsPersonal && values.Count == 0;

    /// <summary>What the request says of caching.</summary>
    public CacheControl Asked { get; } = CacheControl.Parse(context.Request.Headers.CacheControl);

    /// <summary>Why the request went on to the application, where it did.</summary>
    public string Reason { get; set; } = "uri-miss";

    /// <summary>How long code says that the response is fresh.</summary>
    public TimeSpan? Duration { get; set; }

    /// <summary>The application's run for this very request, which uses its context: nobody else may until it has ended.</summary>
    public Task? Running { get; set; }

    /// <summary>A request like this one that nobody waits for; null once this one is over, whose context is then another's.</summary>
    public CacheRequest? Detach(IServiceProvider services)
    {
        lock (_lock)
        {
            if (_isOver) return null;
            var detached = new CacheRequest(DetachedContext.Of(context, services), policy, profile, [.. tags], values) { Reason = Reason };
            detached.Context.Features.Set(detached);
            return detached;
        }
    }

    /// <summary>Its context may not be used any more.</summary>
    public void End()
    {
        lock (_lock) _isOver = true;
    }

    /// <summary>Whether its answer is on its way to the client.</summary>
    public bool IsAnswered { get; set; }
}
