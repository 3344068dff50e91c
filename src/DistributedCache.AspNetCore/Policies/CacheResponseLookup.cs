using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore;

/// <summary>A request for which the cache is about to be asked.</summary>
public sealed class CacheResponseLookup
{
    internal CacheResponseLookup(HttpContext context, List<string> tags) => (HttpContext, NamedTags) = (context, tags);

    /// <summary>The request.</summary>
    public HttpContext HttpContext { get; }

    /// <summary>The tags of what will be stored; more may be added.</summary>
    public ICollection<string> Tags => NamedTags;

    internal List<string> NamedTags { get; }

    internal bool IsBypassed { get; private set; }

    internal List<string?> Values { get; } = [];

    /// <summary>Leaves the request alone: it is neither answered from the cache nor stored.</summary>
    public void Bypass() => IsBypassed = true;

    /// <summary>Tells responses apart by a value. No edge keeps a response that was.</summary>
    /// <param name="value">The value; null is a value of its own.</param>
    public void VaryBy(string? value) => Values.Add(value);
}
