using DistributedCache.AspNetCore.Responses;
using DistributedCache.Pipeline;
using DistributedCache.Profiles;
using DistributedCache.Resilience;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Middleware;

/// <summary>Loads a response from the application into the cache.</summary>
internal sealed class ResponseLoad(RequestDelegate next, ResponseSite site, IServiceScopeFactory scopes)
{
    // Milliseconds that a stale response is kept whose validator can make it fresh again.
    private const long KeptForValidation = 3_600_000;

    // For how long a response says by which fields it was chosen, whether or not it is fresh itself.
    private static readonly TimeSpan KeptForSelection = TimeSpan.FromDays(1);

    /// <summary>Runs the application for a request's answer alone.</summary>
    /// <param name="request">The request.</param>
    /// <param name="stale">What is stored and not fresh enough.</param>
    public Task<CachedItem> RunAloneAsync(CacheRequest request, StoredResponse? stale)
    {
        var running = new OriginRun(site, request, stale, hasClient: true, stores: false).RunAsync(next);
        (request.Running, request.RunsApart) = (running, false);
        return running;
    }

    /// <summary>The same, beside a stale response that may be due before the application has answered: in a context that nobody else uses,
    /// and no longer than a load may take.</summary>
    /// <param name="request">The request.</param>
    /// <param name="stale">What is stored.</param>
    /// <param name="limits">The time limits.</param>
    /// <exception cref="TimeoutException">It takes longer.</exception>
    public Task<CachedItem> RunBesideAsync(CacheRequest request, StoredResponse stale, ResolvedProfile limits)
    {
        var running = RunApartAsync(request, stale, limits.FactoryHardTimeout);
        (request.Running, request.RunsApart) = (running, true);

        // Nobody may be there any more when it fails.
        LateFailures.Observe(running);
        return running.WaitAsync(limits.FactorySoftTimeout != Timeout.InfiniteTimeSpan ? limits.FactorySoftTimeout : limits.FactoryHardTimeout, site.Clock.Provider);
    }

    /// <param name="request">The request.</param>
    /// <param name="load">The load.</param>
    /// <param name="stop">Cancelled when the load's time is over.</param>
    public async ValueTask<CachedItem> LoadAsync(CacheRequest request, LoadContext load, CancellationToken stop)
    {
        var stale = load.TryGetStale(out CachedItem? earlier) ? earlier as StoredResponse : null;
        if (stale is not null) request.StaleTags = load.Load!.FallbackTags;
        if (load.Load is { IsBackground: true }) return (await RunDetachedAsync(request, load, stale, static _ => true, stop).ConfigureAwait(false))!;

        // Why it is loaded: what says so itself says what it lacks, or that nothing but its time is over.
        if (stale is not null && request.Selects(stale) && request.IsFresh(stale)) request.Reason = "stale";

        // What is another variant's, or a part that is not asked for, tells nothing about this one.
        if (stale is not null && (!request.Selects(stale) || (request.IsForPart && !ResponseFit.Covers(request.Context.Request.Headers, stale)))) stale = null;

        // It goes on by itself, and holds up nobody's load.
        if (stale is null && request.IsHead) return RenewNothing(load);
        if (stale is not null && request.MayStandIn(stale, Failure.None)
            && await RunDetachedAsync(request, load, stale, static running => running.TryServeFallback(), stop).ConfigureAwait(false) is { } renewed) return renewed;
        if (stale is not null && !request.IsHead && load.Load is { HasTimeLimit: true } && request.MayStandIn(stale, Failure.Error))
        {
            // The stale response may be due before the application has answered, which then needs a context that nobody else uses.
            var apart = RunDetachedAsync(request, load, stale, static _ => true, stop).AsTask();
            (request.Running, request.RunsApart) = (apart!, true);
            return (await apart.ConfigureAwait(false))!;
        }

        var origin = new OriginRun(site, request, stale, hasClient: true, stores: true);
        var run = request.Running = origin.RunAsync(next);

        // What can't be stored may go on for hours: nobody waits for its end.
        var isOver = await Task.WhenAny(run, origin.Refused).ConfigureAwait(false) == run;
        return Prepare(isOver ? await run.ConfigureAwait(false) : NotCacheable.Instance, request, load);
    }

    /// <summary>Fetches a response anew behind its stale one; null where that may not be served meanwhile.</summary>
    private async ValueTask<CachedItem?> RunDetachedAsync(CacheRequest request, LoadContext load, StoredResponse? stale, Func<IRunningLoad, bool> begins, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();

        // Before the request is answered, and may end.
        if (request.Detach(scope.ServiceProvider, stop) is not { } detached)
        {
            load.DoNotStore();
            return stale ?? (CachedItem)NotCacheable.Instance;
        }

        if (!begins(load.Load!)) return null;
        if (stale is not null && !detached.Selects(stale)) stale = null;
        return Prepare(await DetachedFlow.RunAsync(detached, new OriginRun(site, detached, stale, hasClient: false, stores: true), next).ConfigureAwait(false), detached, load);
    }

    private async Task<CachedItem> RunApartAsync(CacheRequest request, StoredResponse stale, TimeSpan limit)
    {
        using var stop = new CancellationTokenSource(limit, site.Clock.Provider);
        await using var scope = scopes.CreateAsyncScope();

        // Who runs it is not over yet.
        var detached = request.Detach(scope.ServiceProvider, stop.Token)!;
        return await DetachedFlow.RunAsync(detached, new OriginRun(site, detached, stale, hasClient: false, stores: true), next).ConfigureAwait(false);
    }

    private static NotRenewed RenewNothing(LoadContext load)
    {
        load.DoNotStore();
        return NotRenewed.Instance;
    }

    /// <summary>Says of an item how long it is kept.</summary>
    private CachedItem Prepare(CachedItem item, CacheRequest request, LoadContext load)
    {
        if (request.IsRefused) load.DoNotStore();
        if (item is not StoredResponse response)
        {
            if (request.IsHead) return RenewNothing(load);
            load.Duration = site.Options.NotCacheableFor;
            return item;
        }

        // Some of them only the response's maker could name.
        foreach (var tag in request.Tags) load.Tags.Add(tag);
        var lifetime = response.Lifetime;
        var fresh = TimeSpan.FromMilliseconds(Math.Max(1, response.FreshLeft));
        load.Duration = response.Selection.Names.Length > 0 && request.Variant is null && fresh < KeptForSelection ? KeptForSelection : fresh;
        load.StaleFor = TimeSpan.FromMilliseconds(Math.Max(
            Math.Max(lifetime.WhileRevalidate, lifetime.IfError),
            Math.Max(response.IsRenewable ? KeptForValidation : 0, lifetime.MustRevalidate || lifetime.LimitsErrors ? 0 : site.UnreachableFor(request.Policy))));
        load.LocalSize = response.Weight;
        return response;
    }
}
