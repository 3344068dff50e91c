using DistributedCache.AspNetCore.Policies;
using DistributedCache.AspNetCore.Requests;
using DistributedCache.AspNetCore.Responses;
using DistributedCache.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>Finds the response for a request, or has it made, and serves it.</summary>
internal sealed class CachedResponses(CacheEngine engine, ResponseSite site, ResponseLoad load)
{
    private readonly TieredCache _cache = engine.Default;

    /// <summary>Answers from L1 where a look is all that takes: nothing is awaited, and nothing made but what goes out.</summary>
    public bool TryAnswer(HttpContext context, CacheResponsePolicy policy, string[] user, out Task answering)
    {
        answering = Task.CompletedTask;
        if (policy.Code.Length > 0 || site.Status.ShowsKeys) return false;
        var request = new KeyedRequest(context, policy, user, []);
        Span<char> key = stackalloc char[RequestKeys.MaximumLength];
        if (_cache.FindHit(RequestKeys.Base(request, key)) is not { Value: StoredResponse stored } entry) return false;
        if (!ResponseFit.IsSelected(request, stored))
        {
            if (_cache.FindHit(RequestKeys.Variant(request, stored.Selection.Names, key)) is not { Value: StoredResponse variant } found || !ResponseFit.IsSelected(request, variant)) return false;
            (stored, entry) = (variant, found);
        }

        var age = stored.AgeAt(site.Clock.UtcNow);
        if (age >= (stored.Lifetime.Fresh ?? 0) || !ResponseFit.HasAcceptedCoding(request, stored)) return false;
        var headers = context.Request.Headers;
        if ((headers.CacheControl.Count > 0 || headers.Pragma.Count > 0) && !RequestDemands.Of(headers).AllowFresh(stored, age)) return false;
        if (!_cache.TryCount(entry, out CachedItem? _)) return false;
        var texts = stored.TextsAt(age, site.Status);
        var response = context.Response.Headers;
        response[CacheStatus.Field] = response.Count > 0 && response.TryGetValue(CacheStatus.Field, out var others) ? StringValues.Concat(others, texts.CacheStatus) : texts.CacheStatus;
        ResponseWriter.WriteHeaders(context, stored, texts.Age);
        if (site.Edges.IsFor(policy)) SayToEdges(context, policy, isForEdges: !policy.IsPersonal, stored, age, isDoubtful: false);
        answering = ResponseWriter.WriteAsync(context, stored);
        return true;
    }

    /// <summary>Answers a request from any tier, or by the application. False where a part is asked for of what is not there whole: it is
    /// then to be looked for by itself.</summary>
    public async Task<bool> AnswerAsync(CacheRequest request)
    {
        var found = await LookAsync(request).ConfigureAwait(false);
        if (!request.IsAnswered && found.Value is StoredResponse other && !request.Selects(other))
        {
            var rule = request.Key;
            (request.Reason, request.Variant, request.Key) = ("vary-miss", other.Selection.Names, RequestKeys.Variant(request.Keyed, other.Selection.Names));
            found = await LookAsync(request).ConfigureAwait(false);

            // Responses are chosen by more than they were: the next request finds out by what.
            if (found.Tier == CacheTier.Source && found.Value is StoredResponse made && made.Selection.Names.Except(request.Variant).Any())
                await _cache.RemoveAsync(rule, CancellationToken.None).ConfigureAwait(false);
        }

        if (request.IsAnswered)
        {
            await OutliveAsync(request).ConfigureAwait(false);

            // Whoever has a part of it is to know that it is no more.
            if (request.Running is { IsCompletedSuccessfully: false } broken) await broken.ConfigureAwait(false);
            return true;
        }

        var stored = found.Value is StoredResponse response && request.Selects(response) ? response : null;
        if (stored is not null && IsAnswer(request, stored, found)) await ServeAsync(request, stored, found).ConfigureAwait(false);
        else if (AsksForPart(request) && !request.IsForPart) return false;
        else if (request.Running is { IsFaulted: true, Exception.InnerException: not StaleInsteadException } failed) await failed.ConfigureAwait(false);
        else if (request.Asked.OnlyIfCached)
        {
            site.Status.Nothing(request.Context.Response.Headers, "only-if-cached");
            request.Context.Response.StatusCode = StatusCodes.Status504GatewayTimeout;
        }
        else await RunAloneAsync(request, stored, found).ConfigureAwait(false);
        return true;
    }

    private static bool AsksForPart(CacheRequest request) => HttpMethods.IsGet(request.Context.Request.Method) && request.Context.Request.Headers.Range.Count > 0;

    /// <summary>Whether the request may load what it does not find: it is then answered by what others may have as well.</summary>
    private static bool Loads(CacheRequest request) => !request.Asked.OnlyIfCached && !request.Asked.NoStore && request.IsForPart == AsksForPart(request);

    private static bool IsAnswer(CacheRequest request, StoredResponse stored, in CacheLookup<CachedItem> found) =>
        (found.Tier == CacheTier.Source && request.Running is { IsCompletedSuccessfully: true }) || request.IsFresh(stored) || request.MayStandIn(stored);

    private async Task<CacheLookup<CachedItem>> LookAsync(CacheRequest request)
    {
        if (!Loads(request)) return await _cache.GetAsync<CachedItem>(request.Key, request.Policy.Options, CancellationToken.None).ConfigureAwait(false);
        var found = await LoadAsync(request).ConfigureAwait(false);

        // Another's HEAD, which brought nothing.
        return found.Value is NotRenewed && !request.IsHead ? await LoadAsync(request).ConfigureAwait(false) : found;
    }

    private async Task<CacheLookup<CachedItem>> LoadAsync(CacheRequest request)
    {
        try
        {
            return await _cache.GetOrCreateEntryAsync<Loading, CachedItem>(
                request.Key, new Loading(load, request), static (state, context, stop) => state.Load.LoadAsync(state.Request, context, stop), request, request.Policy.Options, request.Tags.ToArray(),
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception) when (request.Running is null)
        {
            // Another request's failure is not this one's.
            return default;
        }
        catch (StaleInsteadException)
        {
            // What was to stand in was invalidated meanwhile.
            return default;
        }
        catch (TimeoutException) when (request is { Running: { } running, RunsApart: false })
        {
            return await EndAsync(request, running).ConfigureAwait(false);
        }
        finally
        {
            // A load that was given up may still run with this request's context.
            if (request is { Running: { } running, RunsApart: false }) await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits for a run that its load has not waited for: the answer of an application that takes long
    /// is an answer all the same, though it comes too late to be stored.</summary>
    private static async Task<CacheLookup<CachedItem>> EndAsync(CacheRequest request, Task<CachedItem> running)
    {
        request.IsRefused = true;
        try
        {
            return new CacheLookup<CachedItem>(await running.ConfigureAwait(false), CacheTier.Source, default, default);
        }
        catch (StaleInsteadException)
        {
            return default;
        }
    }

    /// <summary>Runs the application for this request's answer alone, with what is stored at hand for its validator, and for an error.</summary>
    private async Task RunAloneAsync(CacheRequest request, StoredResponse? stored, CacheLookup<CachedItem> found)
    {
        try
        {
            var item = stored is not null && Loads(request) && request.MayStandIn(stored, Failure.Error)
                ? await load.RunBesideAsync(request, stored, engine.Call<CachedItem>("", request.Key, request.Policy.Options, null, false).Policy.Profile).ConfigureAwait(false)
                : NotCacheable.Instance;

            // What can't be served from what was kept of it goes out as it comes.
            if (item is not StoredResponse) item = await load.RunAloneAsync(request, stored).ConfigureAwait(false);
            if (request.IsAnswered)
            {
                await OutliveAsync(request).ConfigureAwait(false);
                return;
            }

            request.IsRefused = true;
            if (item is StoredResponse made) await ServeAsync(request, made, new CacheLookup<CachedItem>(made, CacheTier.Source, default, default)).ConfigureAwait(false);
        }
        catch (Exception) when (stored is not null && !request.IsAnswered && request.MayStandIn(stored))
        {
            await ServeAsync(request, stored, found).ConfigureAwait(false);
        }
    }

    /// <summary>Makes stale what is stored under the key where it has been outlived, though nobody brought its successor.</summary>
    private async Task OutliveAsync(CacheRequest request)
    {
        if (request.IsOutlived) await _cache.ExpireAsync(request.Key, CancellationToken.None).ConfigureAwait(false);
    }

    private Task ServeAsync(CacheRequest request, StoredResponse stored, in CacheLookup<CachedItem> found)
    {
        var age = stored.AgeAt(site.Clock.UtcNow);
        var texts = stored.TextsAt(age, site.Status);
        var headers = request.Context.Response.Headers;
        if (found.Tier == CacheTier.Source)
            site.Status.Forwarded(headers, request.Reason, isStored: !request.IsRefused, isCollapsed: request.Running is null, key: request.Key);
        else site.Status.Hit(headers, texts.Left, found.IsUnverified ? "unverified" : found.Tier == CacheTier.Local ? "L1" : "L2", request.Key);
        ResponseWriter.WriteHeaders(request.Context, stored, texts.Age);
        foreach (var code in request.Policy.Code)
            code.BeforeServing(new CacheResponseServing(request.Context, found.Tier, TimeSpan.FromMilliseconds(age), TimeSpan.FromSeconds(texts.Left), found.IsUnverified));
        if (site.Edges.IsFor(request.Policy)) SayToEdges(request.Context, request.Policy, request.IsForEdges, stored, age, isDoubtful: age >= (stored.Lifetime.Fresh ?? 0) || found.IsUnverified);
        return ResponseWriter.WriteAsync(request.Context, stored);
    }

    private void SayToEdges(HttpContext context, CacheResponsePolicy policy, bool isForEdges, StoredResponse stored, long age, bool isDoubtful)
    {
        if (isForEdges && !RequestUser.IsLoggedIn(context)) site.Edges.Allow(context.Response.Headers, policy, stored.Lifetime, age, isDoubtful);
        else site.Edges.Forbid(context.Response.Headers);
    }

    /// <summary>What a load needs; where it runs behind an answer, the request that was answered has ended before it begins.</summary>
    private readonly record struct Loading(ResponseLoad Load, CacheRequest Request) : IRefreshState<Loading>
    {
        public Loading ForRefresh() => this with { Request = Request.Detach() ?? Request };
    }
}
