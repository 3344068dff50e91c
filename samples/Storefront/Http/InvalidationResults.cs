using DistributedCache;

namespace Storefront.Http;

internal static class InvalidationResults
{
    /// <summary>200 once every node is told, 202 where that follows when the remote tier is back, 503 where it failed.</summary>
    public static IResult ToResult<T>(this InvalidationStatus status, T body) => status switch
    {
        InvalidationStatus.Acknowledged or InvalidationStatus.LocalOnly => TypedResults.Ok(body),
        InvalidationStatus.Queued => TypedResults.Accepted((string?)null, body),
        _ => TypedResults.Problem("The cache could not be told: it may answer what was there before.", statusCode: StatusCodes.Status503ServiceUnavailable),
    };
}
