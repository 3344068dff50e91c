using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace DistributedCache.AspNetCore.Policies;

/// <summary>Tags a response by what its endpoint's handler returns.</summary>
internal static class ResultTags
{
    public static async ValueTask<object?> AddAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next, CacheResponseAttribute attribute)
    {
        var result = await next(context).ConfigureAwait(false);

        // A group's may be replaced by its endpoint's.
        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<CacheResponseAttribute>() != attribute) return result;
        var value = ValueOf(result);
        foreach (var tags in attribute.ResultTags) context.HttpContext.AddCacheTags(tags(value));
        return result;
    }

    private static object? ValueOf(object? result) => result switch
    {
        INestedHttpResult nested => ValueOf(nested.Result),
        IValueHttpResult typed => typed.Value,
        ObjectResult action => action.Value,
        JsonResult json => json.Value,
        _ => result,
    };
}
