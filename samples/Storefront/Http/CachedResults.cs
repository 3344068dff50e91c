using DistributedCache;

namespace Storefront.Http;

internal static class CachedResults
{
    /// <summary>Answers what the cache answered, or 404 where that is null, and says in both cases where it came from.</summary>
    public static IResult ToResult<T>(this CacheLookup<T> lookup, string? notFound = null) => new CachedResult<T>(lookup, notFound);

    private sealed class CachedResult<T>(CacheLookup<T> lookup, string? notFound) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            CacheStatus.Write(httpContext.Response.Headers, lookup);
            IResult result = lookup.Value is { } value
                ? TypedResults.Ok(value)
                : TypedResults.Problem(notFound, statusCode: StatusCodes.Status404NotFound);
            return result.ExecuteAsync(httpContext);
        }
    }
}
