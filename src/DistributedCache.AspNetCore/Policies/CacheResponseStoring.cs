using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore;

/// <summary>A response that is about to be stored, or that was and is renewed by a 304. Its status and headers are in the context, and may
/// be changed.</summary>
public sealed class CacheResponseStoring
{
    internal CacheResponseStoring(HttpContext context, ICollection<string> tags) => (HttpContext, Tags) = (context, tags);

    /// <summary>The request and its response.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>The response's tags; more may be added.</summary>
    public ICollection<string> Tags { get; }

    /// <summary>How long the response is fresh, from when it was made; null, the default: as the policy, the response or the profile says.
    /// Zero or less: it is not stored.</summary>
    public TimeSpan? Duration { get; set; }

    internal bool IsRefused { get; private set; }

    /// <summary>Sends the response to its client alone.</summary>
    public void DoNotStore() => IsRefused = true;
}
