using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.Authorization;
using Microsoft.Extensions.Options;

namespace DistributedCache.AspNetCore.Policies;

/// <summary>Whether who asks an endpoint is to be authorized, in any of the forms that the framework's middleware heeds.</summary>
internal sealed class EndpointAuthorization(IOptions<AuthorizationOptions> options)
{
    private readonly bool _hasFallback = options.Value.FallbackPolicy is not null;

    /// <summary>Whether the middleware authorizes, which then has to run before the cache.</summary>
    public bool IsAsked(Endpoint? endpoint)
    {
        if (endpoint is null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null) return false;
        return _hasFallback
            || endpoint.Metadata.GetMetadata<IAuthorizeData>() is not null
            || endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is not null
            || endpoint.Metadata.GetMetadata<IAuthorizationRequirementData>() is not null;
    }

    /// <summary>Whether a filter of MVC does, behind the cache: a hit goes past it.</summary>
    public static bool IsByFilter(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<AuthorizeFilter>() is not null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;
}
