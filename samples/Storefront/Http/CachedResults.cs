using System.Globalization;
using DistributedCache;

namespace Storefront.Http;

internal static class CachedResults
{
    /// <summary>Answers what the cache of values answered, with its age, or 404 where that is null.</summary>
    public static IResult ToResult<T>(this CacheLookup<T> lookup, string? notFound = null) => new CachedResult<T>(lookup, notFound);

    private sealed class CachedResult<T>(CacheLookup<T> lookup, string? notFound) : IResult, IValueHttpResult
    {
        public object? Value => lookup.Value;

        public Task ExecuteAsync(HttpContext httpContext)
        {
            // A response that is made of what was loaded earlier is as old as that, also where it is stored in turn.
            if (lookup.Tier is CacheTier.Local or CacheTier.Remote)
                httpContext.Response.Headers.Age = ((long)lookup.Age.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            IResult result = lookup.Value is { } value
                ? TypedResults.Ok(value)
                : TypedResults.Problem(notFound, statusCode: StatusCodes.Status404NotFound);
            return result.ExecuteAsync(httpContext);
        }
    }
}
