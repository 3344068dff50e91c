using DistributedCache.AspNetCore.Consistency;
using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Policies;
using DistributedCache.AspNetCore.Requests;
using DistributedCache.AspNetCore.Responses;
using DistributedCache.Pipeline;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>A shared cache in front of the application (RFC 9111).</summary>
internal sealed class TieredResponseCachingMiddleware
{
    // Milliseconds that a stale response is kept whose validator can make it fresh again.
    private const long KeptForValidation = 3_600_000;

    private readonly RequestDelegate _next;
    private readonly ITieredCache _cache;
    private readonly CacheEngine _engine;
    private readonly EndpointPolicies _policies;
    private readonly IServiceScopeFactory _scopes;
    private readonly TieredResponseCachingOptions _options;
    private readonly TimeProvider _time;
    private readonly CacheStatus _status;
    private readonly EdgeAnswers _edges;
    private readonly TokenCookie _tokens;
    private readonly UnsafeRequests _unsafe;
    private readonly OriginRun _origin;

    public TieredResponseCachingMiddleware(
        RequestDelegate next, ITieredCache cache, CacheEngine engine, EndpointPolicies policies, IServiceScopeFactory scopes, IOptions<TieredResponseCachingOptions> options,
        IDataProtectionProvider protection, ILogger<TieredResponseCachingMiddleware> log, [FromKeyedServices("")] EdgeHeaders? edges = null)
    {
        (_next, _cache, _engine, _policies, _scopes, _options) = (next, cache, engine, policies, scopes, options.Value);
        _time = engine.Clock.Provider;
        _status = new CacheStatus(_options.CacheName);
        _edges = new EdgeAnswers(edges ?? EdgeHeaders.None);
        _tokens = new TokenCookie(protection, _options.ReadYourWritesFor, log);
        _unsafe = new UnsafeRequests(next, engine, _tokens, () => policies.SpeakToEdges || _edges.AreThere);
        _origin = new OriginRun(next, _options, _status, _edges, _time);
    }

    public Task InvokeAsync(HttpContext context) =>
        _tokens.TryRead(context.Request, out var token) ? InvokeAfterAsync(context, token) : InvokeAsync(context, isBehind: false);

    /// <summary>Lets a client read its own writes: waits until this node has them, and goes without the cache if it doesn't get them.</summary>
    private async Task InvokeAfterAsync(HttpContext context, ConsistencyToken token)
    {
        var isReached = await _cache.WaitForAsync(token, timeout: null, context.RequestAborted).ConfigureAwait(false);
        await InvokeAsync(context, isBehind: !isReached).ConfigureAwait(false);
    }

    private Task InvokeAsync(HttpContext context, bool isBehind)
    {
        var method = context.Request.Method;
        if (!HttpMethods.IsGet(method) && !HttpMethods.IsHead(method))
            return HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method) ? _next(context) : _unsafe.RunAsync(context);
        var endpoint = context.GetEndpoint();
        var policy = endpoint is null ? null : _policies.Of(endpoint);
        if (policy is null && _options.CacheAllEndpoints) policy = _policies.ByHeaders;
        if (policy is null) return _next(context);
        return isBehind ? PassAsync(context, policy, "token") : AnswerAsync(context, policy, endpoint);
    }

    private Task AnswerAsync(HttpContext context, CacheResponsePolicy policy, Endpoint? endpoint)
    {
        if (endpoint?.Metadata.GetMetadata<IAuthorizeData>() is not null && context.Items["__AuthorizationMiddlewareWithEndpointInvoked"] is null && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
            throw new InvalidOperationException($"The endpoint '{endpoint.DisplayName}' asks for authorization, which has not run yet: call UseAuthorization before UseTieredResponseCaching.");
        if (!policy.VaryByUser && !policy.SharedAcrossUsers && context.User.Identities.Any(static identity => identity.IsAuthenticated)) return PassAsync(context, policy, "authenticated");
        if (Array.Exists(policy.When, condition => !condition(context))) return PassAsync(context, policy, "policy");
        if (Conditions.AreForTheOrigin(context.Request.Headers)) return PassAsync(context, policy, "condition");
        return FindAsync(context, policy);
    }

    private Task PassAsync(HttpContext context, CacheResponsePolicy policy, string detail)
    {
        context.Response.OnStarting(() =>
        {
            _status.Forwarded(context.Response.Headers, "bypass", isStored: false, detail: detail);
            if (_edges.IsFor(policy)) _edges.Forbid(context.Response.Headers);
            return Task.CompletedTask;
        });
        return _next(context);
    }

    private async Task FindAsync(HttpContext context, CacheResponsePolicy policy)
    {
        var lookup = new CacheResponseLookup(context, TagsOf(context, policy));
        foreach (var code in policy.Code) await code.BeforeLookupAsync(lookup, context.RequestAborted).ConfigureAwait(false);
        if (lookup.IsBypassed)
        {
            await PassAsync(context, policy, "policy").ConfigureAwait(false);
            return;
        }

        var key = RequestKeys.Base(context, policy, lookup.Values);
        var profile = policy.Profile is null ? null : _engine.Call<CachedItem>("", key, policy.Options, null, false).Policy;
        var request = new CacheRequest(context, policy, profile, lookup.NamedTags, lookup.Values);
        context.Features.Set(request);
        try
        {
            await FindAsync(request, key, policy.Options).ConfigureAwait(false);
        }
        finally
        {
            request.End();
        }
    }

    private async Task FindAsync(CacheRequest request, string key, TieredCacheEntryOptions options)
    {
        var lookup = await LookAsync(key, request, options).ConfigureAwait(false);
        if (lookup is { HasValue: true, Value: VariantRule rule } && !request.IsAnswered)
        {
            request.Reason = "vary-miss";
            lookup = await LookAsync(RequestKeys.Variant(request.Context, request.Policy, request.Values, rule), request, options).ConfigureAwait(false);
        }

        if (request.IsAnswered) return;
        if (lookup is { HasValue: true, Value: StoredResponse stored } && IsFitting(stored, request, lookup.IsStale)) await ServeAsync(request, stored, lookup).ConfigureAwait(false);
        else if (request.Running is { IsFaulted: true } failed) await failed.ConfigureAwait(false);
        else if (request.Asked.OnlyIfCached) request.Context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
        else await _origin.RunAsync(request, stale: null, hasClient: true).ConfigureAwait(false);
    }

    private async Task<CacheLookup<CachedItem>> LookAsync(string key, CacheRequest request, TieredCacheEntryOptions options)
    {
        // What is not to be fetched by this request's means may be found all the same.
        if (HttpMethods.IsHead(request.Context.Request.Method) || request.Asked.OnlyIfCached || request.Asked.NoStore || request.Context.Request.Headers.Range.Count > 0)
            return await _cache.GetAsync<CachedItem>(key, options, CancellationToken.None).ConfigureAwait(false);
        try
        {
            return await _cache.GetOrCreateEntryAsync(
                key, (Self: this, Request: request), static (state, load, stop) => state.Self.LoadAsync(state.Request, load), options, request.Tags.ToArray(), CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception) when (request.Running is null)
        {
            // Another request's failure is not this one's.
            return default;
        }
        finally
        {
            // A load that was given up may still run with this request's context.
            if (request.Running is { } running) await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask<CachedItem> LoadAsync(CacheRequest request, LoadContext load)
    {
        var stale = load.TryGetStale(out CachedItem? earlier) ? earlier as StoredResponse : null;
        if (load.Load is { IsBackground: true }) return (await RunDetachedAsync(request, load, stale, static _ => true).ConfigureAwait(false))!;
        if (stale is not null)
        {
            request.Reason = "stale";
            if (stale.AgeAt(_time.GetUtcNow()) < (stale.Lifetime.Fresh ?? 0) + stale.Lifetime.WhileRevalidate
                && await RunDetachedAsync(request, load, stale, static running => running.TryServeFallback()).ConfigureAwait(false) is { } renewed) return renewed;
        }

        var running = _origin.RunAsync(request, stale, hasClient: true);
        request.Running = running;
        return Prepare(await running.ConfigureAwait(false), request, load);
    }

    /// <summary>Fetches a response anew behind its stale one; null where that may not be served meanwhile.</summary>
    private async ValueTask<CachedItem?> RunDetachedAsync(CacheRequest request, LoadContext load, StoredResponse? stale, Func<IRunningLoad, bool> begins)
    {
        await using var scope = _scopes.CreateAsyncScope();

        // Before the request is answered, and may end.
        if (request.Detach(scope.ServiceProvider) is not { } detached)
        {
            load.DoNotStore();
            return stale ?? (CachedItem)NotCacheable.Instance;
        }

        if (!begins(load.Load!)) return null;
        return Prepare(await _origin.RunAsync(detached, stale, hasClient: false).ConfigureAwait(false), detached, load);
    }

    /// <summary>Says of an item how long it is kept, and for which request it is.</summary>
    private CachedItem Prepare(CachedItem item, CacheRequest request, LoadContext load)
    {
        if (item is not StoredResponse response)
        {
            load.Duration = _options.NotCacheableFor;
            return item;
        }

        // What this request's variant is under is known to the next one.
        var names = Headers.VaryField.Parse(response.Find("Vary")) ?? [];
        if (names.Length > 0 && request.Reason != "vary-miss")
        {
            load.Duration = TimeSpan.FromDays(1);
            return new VariantRule(names);
        }

        // Some of them only the response's maker could name.
        foreach (var tag in request.Tags) load.Tags.Add(tag);
        var lifetime = response.Lifetime;
        load.Duration = TimeSpan.FromMilliseconds(Math.Max(1, response.FreshLeft));
        var isRenewable = response.Find("Last-Modified").Count > 0 || response.HasOwnTag;
        load.StaleFor = TimeSpan.FromMilliseconds(Math.Max(Math.Max(lifetime.WhileRevalidate, lifetime.IfError), isRenewable ? KeptForValidation : 0));
        load.LocalSize = response.Weight;
        return response;
    }

    /// <summary>Whether a stored response may answer what the request asks for.</summary>
    private bool IsFitting(StoredResponse stored, CacheRequest request, bool isStale)
    {
        var asked = request.Asked;
        var age = stored.AgeAt(_time.GetUtcNow()) / 1000;
        var left = ((stored.Lifetime.Fresh ?? 0) / 1000) - age;
        if (asked.NoCache || (asked.MaxAge is null && asked == Headers.CacheControl.Empty && request.Context.Request.Headers.Pragma.Contains("no-cache"))) return false;
        if (asked.MaxAge < age || asked.MinFresh > left) return false;
        return !isStale || (!stored.Lifetime.MustRevalidate && (asked.MaxStale >= -left || -left * 1000 < Math.Max(stored.Lifetime.WhileRevalidate, stored.Lifetime.IfError)));
    }

    private Task ServeAsync(CacheRequest request, StoredResponse stored, in CacheLookup<CachedItem> lookup)
    {
        var age = stored.AgeAt(_time.GetUtcNow());
        var ttl = (long)Math.Floor(((stored.Lifetime.Fresh ?? 0) - age) / 1000.0);
        var headers = request.Context.Response.Headers;
        if (lookup.Tier == CacheTier.Source) _status.Forwarded(headers, request.Reason, isStored: true, isCollapsed: request.Running is null);
        else _status.Hit(headers, ttl, lookup.IsUnverified ? "unverified" : lookup.Tier == CacheTier.Local ? "L1" : "L2");
        ResponseWriter.WriteHeaders(headers, stored, age);
        if (request.Policy.Code.Length > 0)
        {
            var serving = new CacheResponseServing(request.Context, lookup.Tier, TimeSpan.FromMilliseconds(age), TimeSpan.FromSeconds(ttl), lookup.IsUnverified);
            foreach (var code in request.Policy.Code) code.BeforeServing(serving);
        }

        if (_edges.IsFor(request.Policy))
        {
            if (request.IsForEdges) _edges.Allow(headers, request.Policy, stored.Lifetime, age, isDoubtful: ttl < 0 || lookup.IsUnverified);
            else _edges.Forbid(headers);
        }

        return ResponseWriter.WriteAsync(request.Context, stored);
    }

    private static List<string> TagsOf(HttpContext context, CacheResponsePolicy policy) =>
        [RequestKeys.UriTag(context.Request), .. policy.Tags.Select(tag => tag.Of(context)).OfType<string>()];
}
