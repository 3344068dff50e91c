using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Expiry;
using DistributedCache.Local;
using DistributedCache.Resilience;
using Polly.Timeout;

namespace DistributedCache.Pipeline;

/// <summary>The order of reading: L1; else the key's one flight, which looks into L2, then runs the factory.</summary>
internal sealed class ReadPath(CacheEngine engine, string tenant, bool isolates)
{
    public ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(factory);
        var call = engine.Call<T>(tenant, key, options, tags, isolates);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
        if (!engine.IsEnabled) return LoadUncachedAsync(call, state, factory, cancellationToken);
        if (TryLocal(call, out T value, out _, out var candidate, out var isDue))
        {
            if (isDue) Refresh(call, candidate, state, factory);
            return new ValueTask<T>(value);
        }

        if (!call.Loads) return GetOrDefaultAsync<T>(call, candidate, cancellationToken);
        if (!engine.Started.IsCompleted) return ValueOfAsync(GetOrCreateEntryAsync(call, state, factory, acceptance: null, cancellationToken));
        var joined = engine.Coherence.Version.Current;
        var load = Join(call, candidate, state, factory, acceptance: null, out var own);
        if (own is not null) return own.LeadAsync(cancellationToken);
        return joined == load.StartVersion && !call.Isolates && !load.IsBulk
            ? load.WaitAsync(cancellationToken)
            : ValueOfAsync(FollowAsync(load, joined, call, state, factory, acceptance: null, cancellationToken));
    }

    public async ValueTask<CacheLookup<T>> GetOrCreateEntryAsync<TState, T>(
        string key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken,
        IAcceptance<T>? acceptance = null)
    {
        ArgumentNullException.ThrowIfNull(factory);
        var call = engine.Call<T>(tenant, key, options, tags, isolates);
        cancellationToken.ThrowIfCancellationRequested();
        if (!engine.IsEnabled)
        {
            var now = engine.Clock.Now;
            return new LookupInfo(CacheTier.Source, now, now).Lookup(await LoadUncachedAsync(call, state, factory, cancellationToken).ConfigureAwait(false), now);
        }

        return await GetOrCreateEntryAsync(call, state, factory, acceptance, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<CacheLookup<T>> GetAsync<T>(string key, TieredCacheEntryOptions? options, CancellationToken cancellationToken)
    {
        var call = engine.Call<T>(tenant, key, options, null, isolates);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<CacheLookup<T>>(cancellationToken);
        return engine.IsEnabled ? GetAsync<T>(call, cancellationToken) : default;
    }

    /// <summary>Looks into L1, then L2; no factory.</summary>
    public ValueTask<CacheLookup<T>> GetAsync<T>(in EntryCall call, CancellationToken cancellationToken)
    {
        if (TryLocal(call, out T value, out var info, out var candidate, out _))
            return new ValueTask<CacheLookup<T>>(info.Lookup(value, engine.Clock.Now));
        if (candidate is null && !engine.Remote.HoldsValues)
        {
            HitCounters.Increment(engine.CountersOf(call.Policy.Profile).Miss);
            return default;
        }

        return GetSlowlyAsync<T>(call, candidate, cancellationToken);
    }

    /// <summary>Answers from L1 where it may.</summary>
    /// <param name="call">The call.</param>
    /// <param name="value">The value.</param>
    /// <param name="info">Where it came from and how old it is.</param>
    /// <param name="candidate">Where there is no answer: an entry that may be one once its marks are known, or stand in for a failed load.</param>
    /// <param name="isDue">Whether the entry should be refreshed behind this answer.</param>
    public bool TryLocal<T>(in EntryCall call, out T value, out LookupInfo info, out LocalEntry? candidate, out bool isDue)
    {
        value = default!;
        info = default;
        candidate = null;
        isDue = false;
        if (!call.ReadsLocal || engine.Store.FindLocked(call.Key.Index) is not { } entry) return false;
        var now = engine.Clock.Now;
        var verdict = Judge(entry, now);
        if (verdict == Verdict.Invalid || entry.IsGone(now))
        {
            engine.Store.Remove(entry);
            return false;
        }

        candidate = entry;
        if (verdict == Verdict.Unknown) return false;
        var profile = call.Policy.Profile;
        var isUnverified = verdict == Verdict.Unverified;
        if (isUnverified && !Unverified.MayServe(engine.Coherence, profile, entry.Stamps!, LocalCopies.BeganAt(entry), now)) return false;
        var isStale = now >= entry.FreshUntil;
        if (isStale && !(entry is FallbackEntry fallback && now < fallback.RetryAt)) return false;
        if (!engine.Values.TryOpen(entry.Value, call.Isolates, out value!)) return Forget(out candidate);

        if (!isStale && now >= entry.Deadline)
        {
            if (entry is SlidingEntry sliding)
            {
                sliding.Renew(now);
                if (engine.Remote.HoldsValues && call.WritesRemote) engine.Renewals.Send(call.Key, sliding.TimeToLive(now));
            }
            else isDue = EarlyRefresh.IsDue(entry.FreshUntil - now, entry.LoadDuration, profile.EarlyRefresh, 1 - Random.Shared.NextDouble());
        }

        isDue |= isUnverified && IsRefreshDue(entry, now);
        engine.Store.Touch(entry);
        info = LookupInfo.Of(entry, CacheTier.Local, isUnverified);
        var counters = engine.CountersOf(profile);
        HitCounters.Increment(isStale || isUnverified ? counters.LocalStale : counters.LocalHit);
        return true;

        // Another type's value, or bytes that can't be read: as if there were nothing.
        static bool Forget(out LocalEntry? candidate)
        {
            candidate = null;
            return false;
        }
    }

    /// <summary>Whether an entry that could not be verified is to be loaded again: not sooner than its own load began so long ago that more
    /// may have been missed, nor than ten times what that took; and where the last one failed, not before the next may be tried.</summary>
    private static bool IsRefreshDue(LocalEntry entry, long now)
    {
        if (entry is FallbackEntry fallback && now < fallback.RetryAt) return false;
        var began = LocalCopies.BeganAt(entry);
        return began == long.MinValue || now - began >= 10 * entry.LoadDuration;
    }

    /// <summary>Joins the key's flight, or puts one of this call's own in the table, which is then to be led.</summary>
    private Load<T> Join<TState, T>(
        in EntryCall call,
        LocalEntry? candidate,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        IAcceptance<T>? acceptance,
        out SingleLoad<TState, T>? own)
    {
        var load = engine.Flights.Join<Load<T>, T, (CacheEngine, EntryCall, LocalEntry?, TState, Func<TState, LoadContext, CancellationToken, ValueTask<T>>, IAcceptance<T>?)>(
            call.FlightKeyFor<T>(),
            (engine, call, candidate, state, factory, acceptance),
            static s => s.Item6 is null
                ? new SingleLoad<TState, T>(s.Item1, s.Item2, s.Item3, s.Item4, s.Item5)
                : new JudgedLoad<TState, T>(s.Item1, s.Item2, s.Item3, s.Item4, s.Item5, s.Item6),
            out var isNew);
        own = isNew ? (SingleLoad<TState, T>)load : null;
        if (!isNew) HitCounters.Increment(engine.CountersOf(call.Policy.Profile).Collapsed);
        return load;
    }

    private async ValueTask<CacheLookup<T>> GetOrCreateEntryAsync<TState, T>(
        EntryCall call,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        IAcceptance<T>? acceptance,
        CancellationToken cancellationToken)
    {
        if (TryLocal(call, out T value, out var info, out var candidate, out var isDue)
            && (acceptance is null || acceptance.IsFresh(value) || IsResting(candidate)))
        {
            if (isDue) Refresh(call, candidate, state, factory);
            return info.Lookup(value, engine.Clock.Now);
        }

        if (!call.Loads) return await GetAsync<T>(call, cancellationToken).ConfigureAwait(false);
        if (!engine.Started.IsCompleted) await engine.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        var joined = engine.Coherence.Version.Current;
        var load = Join(call, candidate, state, factory, acceptance, out var own);
        if (own is null) return await FollowAsync(load, joined, call, state, factory, acceptance, cancellationToken).ConfigureAwait(false);
        value = await own.LeadAsync(cancellationToken).ConfigureAwait(false);
        if (load.IsOverdue) acceptance?.Overdue();
        return load.Info.Lookup(value, engine.Clock.Now);
    }

    /// <summary>Whether the entry stands in for a load that failed, which is not to be tried again yet.</summary>
    private bool IsResting(LocalEntry? entry) => entry is FallbackEntry fallback && engine.Clock.Now < fallback.RetryAt;

    /// <summary>Waits for a flight that others began, and begins anew where what it brought is not for this caller.</summary>
    private async ValueTask<CacheLookup<T>> FollowAsync<TState, T>(
        Load<T> load,
        long joined,
        EntryCall call,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        IAcceptance<T>? acceptance,
        CancellationToken cancellationToken)
    {
        var value = await load.WaitAsync(cancellationToken).ConfigureAwait(false);
        if (load.IsOverdue) acceptance?.Overdue();
        if (load.IsAbsent || (load.IsOutdated && joined != load.StartVersion))
            return await GetOrCreateEntryAsync(call, state, factory, acceptance, cancellationToken).ConfigureAwait(false);

        // Each caller has a copy of its own; what can't be copied was not kept, and is shared with those who waited for it.
        if (call.Isolates && !Serialization.ImmutableTypes.IsImmutable<T>() && engine.Values.TryOpen(load.Payload ?? (object?)value ?? StoredPayload.Null, isCopied: true, out T? copy))
            value = copy!;
        return load.Info.Lookup(value, engine.Clock.Now);
    }

    /// <summary>Loads a key behind a caller who has been answered, in a clean context, unless it is being loaded.</summary>
    private void Refresh<TState, T>(in EntryCall call, LocalEntry? entry, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory)
    {
        if (engine.Flights.Contains(call.FlightKeyFor<T>())) return;
        var refresh = new BackgroundRefresh<TState, T>(engine, call, entry, state is IRefreshState<TState> passing ? passing.ForRefresh() : state, factory);
        ThreadPool.UnsafeQueueUserWorkItem(refresh, preferLocal: false);
    }

    private async ValueTask<T> GetOrDefaultAsync<T>(EntryCall call, LocalEntry? candidate, CancellationToken cancellationToken)
    {
        var found = await GetSlowlyAsync<T>(call, candidate, cancellationToken).ConfigureAwait(false);
        return found.Value;
    }

    private async ValueTask<CacheLookup<T>> GetSlowlyAsync<T>(EntryCall call, LocalEntry? candidate, CancellationToken cancellationToken)
    {
        if (!engine.Started.IsCompleted) await engine.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        var load = new Load<T>(engine, call, candidate);
        load.TryJoin();
        try
        {
            if (await load.TryTiersAsync(mayLease: false).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false))
                return load.Info.Lookup(await load.WaitAsync(CancellationToken.None).ConfigureAwait(false), engine.Clock.Now);
            HitCounters.Increment(engine.CountersOf(call.Policy.Profile).Miss);
            return call.Key.IsPrimary && load.IsRemoteAway ? CacheLookup<T>.Unavailable : default;
        }
        finally
        {
            load.End();
        }
    }

    private async ValueTask<T> LoadUncachedAsync<TState, T>(
        EntryCall call, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory, CancellationToken cancellationToken)
    {
        if (!call.Loads) return default!;
        HitCounters.Increment(engine.CountersOf(call.Policy.Profile).Miss);
        try
        {
            return await FactoryRun.StartAsync(engine, call.Policy.Profile, LoadContext.ForLoad(engine.Scopes), state, factory, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException exception) when (SourcePipelines.IsOwn(exception))
        {
            throw FactoryRun.TimedOut($"key '{CacheEngine.Show(call)}'", call.Policy.Profile, exception);
        }
    }

    private static async ValueTask<T> ValueOfAsync<T>(ValueTask<CacheLookup<T>> lookup) => (await lookup.ConfigureAwait(false)).Value;

    /// <summary>Judges once for each change of what is known, not once for each hit.</summary>
    private Verdict Judge(LocalEntry entry, long now)
    {
        var version = engine.Coherence.Version.Current;
        if (entry.Stamps is not { } stamps) return Verdict.Invalid;
        if (Volatile.Read(ref entry.JudgedAt) == version && now <= engine.Coherence.Version.FreshThrough) return Verdict.Valid;
        var verdict = engine.Coherence.Judge(stamps, entry.Sequence, now, LocalCopies.BeganAt(entry));

        // The version was read first: what changed while judging makes the next hit judge again.
        if (verdict == Verdict.Valid) Volatile.Write(ref entry.JudgedAt, version);
        return verdict;
    }
}
