using DistributedCache.AspNetCore;

namespace Storefront.Http;

/// <summary>Stores for a moment that something is not there, whatever the profile says of what is.</summary>
internal sealed class NotFoundResponses : ICacheResponsePolicy
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(30);

    public void BeforeStoring(CacheResponseStoring storing)
    {
        if (storing.HttpContext.Response.StatusCode == StatusCodes.Status404NotFound) storing.Duration = Duration;
    }
}
