using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DistributedCache.AspNetCore.Policies;

/// <summary>The policy of each endpoint, made once.</summary>
internal sealed class EndpointPolicies
{
    private readonly ConditionalWeakTable<Endpoint, Holder> _policies = [];

    /// <summary>Null for an endpoint that asks for no caching.</summary>
    public CacheResponsePolicy? Of(Endpoint endpoint) => _policies.GetValue(endpoint, static endpoint => new Holder(Make(endpoint))).Policy;

    private static CacheResponsePolicy? Make(Endpoint endpoint) => endpoint.Metadata.GetMetadata<CacheResponseAttribute>() is { } attribute
        ? CacheResponsePolicy.Of(attribute, endpoint.Metadata.GetMetadata<CacheResponseConditions>(), endpoint.DisplayName ?? "", endpoint as RouteEndpoint)
        : null;

    private sealed record Holder(CacheResponsePolicy? Policy);
}
