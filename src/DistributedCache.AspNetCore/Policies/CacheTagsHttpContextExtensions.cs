using DistributedCache.AspNetCore.Middleware;

namespace Microsoft.AspNetCore.Http;

/// <summary>Tags a response from within its endpoint.</summary>
public static class CacheTagsHttpContextExtensions
{
    /// <summary>Adds tags to the response if it is going to be stored; does nothing where it is not. Before the response begins.</summary>
    /// <param name="context">The request.</param>
    /// <param name="tags">The tags.</param>
    public static void AddCacheTags(this HttpContext context, params IEnumerable<string> tags)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(tags);
        if (context.Features.Get<CacheRequest>() is { } request) request.Tags.AddRange(tags);
    }
}
