using System.Runtime.CompilerServices;
using DistributedCache.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace DistributedCache.AspNetCore.Policies;

/// <summary>The policy of each endpoint, made once.</summary>
/// <param name="engine">The cache.</param>
/// <param name="authorization">Which endpoints ask for authorization.</param>
/// <param name="everywhere">What code says of all endpoints.</param>
internal sealed class EndpointPolicies(CacheEngine engine, EndpointAuthorization authorization, IEnumerable<ICacheResponsePolicy> everywhere)
{
    private readonly ConditionalWeakTable<Endpoint, Holder> _policies = [];
    private readonly ICacheResponsePolicy[] _everywhere = [.. everywhere];
    private CacheResponsePolicy? _byHeaders;

    /// <summary>For whatever is not an endpoint of its own: the response decides.</summary>
    public CacheResponsePolicy ByHeaders => _byHeaders ??= new PolicyReader(null, HasProfile, asksForAuthorization: false).Read(new CacheResponseAttribute(), _everywhere);

    /// <summary>Whether a cache of a pipeline heeds them.</summary>
    public bool AreHeeded { get; set; }

    /// <summary>Whether an endpoint's responses have a lifetime at the edge.</summary>
    public bool SpeakToEdges { get; private set; }

    /// <summary>Whether who asks an endpoint is to be authorized before the cache is asked.</summary>
    public bool AskForAuthorization(CacheResponsePolicy policy, Endpoint? endpoint) => policy.AsksForAuthorization || (policy == _byHeaders && authorization.IsAsked(endpoint));

    /// <summary>Null for an endpoint that asks for no caching. Of an attribute of a group and one of its endpoint, the endpoint's holds.</summary>
    public CacheResponsePolicy? Of(Endpoint endpoint) =>
        _policies.TryGetValue(endpoint, out var known) ? known.Policy : _policies.GetValue(endpoint, endpoint => new Holder(Make(endpoint))).Policy;

    private CacheResponsePolicy? Make(Endpoint endpoint)
    {
        CheckHandlers(endpoint);
        if (endpoint.Metadata.GetMetadata<CacheResponseAttribute>() is not { } attribute) return null;
        var code = _everywhere.Concat(endpoint.Metadata.GetOrderedMetadata<ICacheResponsePolicy>());
        var policy = new PolicyReader(endpoint, HasProfile, authorization.IsAsked(endpoint)).Read(attribute, code);
        if (policy.EdgeDuration is not null) SpeakToEdges = true;
        return policy;
    }

    /// <summary>Of pages that are compiled as the application runs the handlers are known once one is asked for.</summary>
    private static void CheckHandlers(Endpoint endpoint)
    {
        foreach (var handler in endpoint.Metadata.GetMetadata<CompiledPageActionDescriptor>()?.HandlerMethods ?? [])
        {
            if (handler.MethodInfo.IsDefined(typeof(CacheResponseAttribute), inherit: true))
                throw new InvalidOperationException($"The page '{endpoint.DisplayName}' has a {nameof(CacheResponseAttribute)} on its handler '{handler.MethodInfo.Name}', where nothing looks for it: put it on the page or its model.");
        }
    }

    private bool HasProfile(string name) => engine.Profiles.Current.TryGet(name, out _);

    private sealed record Holder(CacheResponsePolicy? Policy);
}
