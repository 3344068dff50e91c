using DistributedCache.AspNetCore.Consistency;
using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Policies;
using DistributedCache.AspNetCore.Requests;
using DistributedCache.AspNetCore.Responses;
using DistributedCache.Expiry;
using DistributedCache.Pipeline;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>A shared cache in front of the application (RFC 9111).</summary>
internal sealed class TieredResponseCachingMiddleware
{
    private readonly RequestDelegate _next;
    private readonly CacheEngine _engine;
    private readonly EndpointPolicies _policies;
    private readonly ResponseSite _site;
    private readonly TokenCookie _tokens;
    private readonly UnsafeRequests _unsafe;
    private readonly CachedResponses _responses;

    public TieredResponseCachingMiddleware(
        RequestDelegate next, CacheEngine engine, EndpointPolicies policies, IServiceScopeFactory scopes, IOptions<TieredResponseCachingOptions> options, IWebHostEnvironment environment,
        IDataProtectionProvider protection, ILogger<TieredResponseCachingMiddleware> log, [FromKeyedServices("")] EdgeHeaders? edges = null)
    {
        (_next, _engine, _policies) = (next, engine, policies);
        policies.AreHeeded = true;
        _site = new ResponseSite(
            options.Value, new CacheStatus(options.Value.CacheName, showsKeys: environment.IsDevelopment()), new EdgeAnswers(edges ?? EdgeHeaders.None), engine.Clock, engine.MaximumKeyLength);
        _tokens = new TokenCookie(protection, options.Value.ReadYourWritesFor, log);
        _unsafe = new UnsafeRequests(next, engine, _site, _tokens, () => policies.SpeakToEdges || _site.Edges.AreThere);
        _responses = new CachedResponses(engine, _site, new ResponseLoad(next, _site, scopes));
    }

    public Task InvokeAsync(HttpContext context) =>
        _tokens.TryRead(context.Request, out var token) ? InvokeAfterAsync(context, token) : InvokeAsync(context, isBehind: false);

    /// <summary>Lets a client read its own writes: waits until this node has them, and goes without the cache if it doesn't get them.</summary>
    private async Task InvokeAfterAsync(HttpContext context, ConsistencyToken token)
    {
        var isReached = await _engine.Default.WaitForAsync(token, timeout: null, context.RequestAborted).ConfigureAwait(false);
        await InvokeAsync(context, isBehind: !isReached).ConfigureAwait(false);
    }

    private Task InvokeAsync(HttpContext context, bool isBehind)
    {
        // Nothing can be said any more of what has begun.
        if (context.Response.HasStarted) return _next(context);
        var endpoint = context.GetEndpoint();
        var policy = endpoint is null ? null : _policies.Of(endpoint);
        if (policy is null && _site.Options.CacheAllEndpoints) policy = _policies.ByHeaders;
        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
            return IsOfNoResource(method) ? _next(context) : _unsafe.RunAsync(context, policy is not null && RequestUser.Of(context, policy) is { } poster ? new KeyedRequest(context, policy, poster, []) : null);
        if (policy is null) return _next(context);
        return isBehind ? PassAsync(context, policy, "token") : AnswerAsync(context, policy, endpoint);
    }

    private Task AnswerAsync(HttpContext context, CacheResponsePolicy policy, Endpoint? endpoint)
    {
        if (_policies.AskForAuthorization(policy, endpoint) && context.Items["__AuthorizationMiddlewareWithEndpointInvoked"] is null)
            throw new InvalidOperationException($"The endpoint '{endpoint?.DisplayName}' asks for authorization, which has not run yet: call UseAuthorization before UseTieredResponseCaching.");
        if (UncacheableRequest.ReasonOf(context) is { } reason) return PassAsync(context, policy, reason);
        if (RequestUser.Of(context, policy) is not { } user) return PassAsync(context, policy, "authenticated");
        foreach (var condition in policy.When)
        {
            if (!condition(context)) return PassAsync(context, policy, "policy");
        }

        if (Conditions.AreForTheOrigin(context.Request.Headers)) return PassAsync(context, policy, "condition");
        return _responses.TryAnswer(context, policy, user, out var answering) ? answering : FindAsync(context, policy, user);
    }

    /// <summary>Whether a method asks neither for a resource nor to change one. By <c>CONNECT</c> HTTP/2 opens WebSockets.</summary>
    private static bool IsOfNoResource(string method) => HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method) || HttpMethods.IsConnect(method);

    private Task PassAsync(HttpContext context, CacheResponsePolicy policy, string detail)
    {
        context.Response.OnStarting(() =>
        {
            _site.Status.Forwarded(context.Response.Headers, "bypass", isStored: false, detail: detail);
            if (_site.Edges.IsFor(policy)) _site.Edges.Forbid(context.Response.Headers);
            return Task.CompletedTask;
        });
        return _next(context);
    }

    private async Task FindAsync(HttpContext context, CacheResponsePolicy policy, string[] user)
    {
        if (context.Features.Get<CacheRequest>() is { IsOver: false })
        {
            // The pipeline has a cache in front of this one, which waits for this request: it would wait for that one in turn.
            await _next(context).ConfigureAwait(false);
            return;
        }

        var lookup = new CacheResponseLookup(context, policy.TagsOf(context));
        foreach (var code in policy.Code) await code.BeforeLookupAsync(lookup, context.RequestAborted).ConfigureAwait(false);
        if (lookup.IsBypassed || !_site.CanTagWith(lookup.NamedTags))
        {
            await PassAsync(context, policy, lookup.IsBypassed ? "policy" : "tag").ConfigureAwait(false);
            return;
        }

        var keyed = new KeyedRequest(context, policy, user, lookup.Values);
        if (!await AnswerAsync(keyed, lookup.NamedTags).ConfigureAwait(false)) await AnswerAsync(keyed with { IsForPart = true }, lookup.NamedTags).ConfigureAwait(false);
    }

    /// <summary>Answers the request; false where no whole response is there of which a part was asked for.</summary>
    private async Task<bool> AnswerAsync(KeyedRequest keyed, List<string> tags)
    {
        var key = RequestKeys.Base(keyed);
        var request = new CacheRequest(_site, keyed, ProfileOf(keyed.Policy, key), tags) { Key = key };
        keyed.Context.Features.Set(request);
        try
        {
            var isAnswered = await _responses.AnswerAsync(request).ConfigureAwait(false);
            await request.Sent.ConfigureAwait(false);
            return isAnswered;
        }
        finally
        {
            // After a failure too the client's stream is not anybody else's before.
            await request.Sent.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            request.End();
        }
    }

    private EntryPolicy? ProfileOf(CacheResponsePolicy policy, string key) =>
        policy.Profile is null ? null : _engine.Call<CachedItem>("", key, policy.Options, null, false).Policy;
}
