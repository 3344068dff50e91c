using DistributedCache.Diagnostics;
using DistributedCache.Local;
using DistributedCache.Serialization;

namespace DistributedCache.Pipeline;

/// <summary>Many keys at once: L1 key by key, L2 in one go, and one factory for what is left.</summary>
internal sealed class BulkPath(CacheEngine engine, ReadPath reads, string tenant, bool isolates)
{
    public async ValueTask<IReadOnlyDictionary<string, CacheLookup<T>>> GetAsync<T>(
        IEnumerable<string> keys, TieredCacheEntryOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (!engine.Started.IsCompleted) await engine.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        var found = new Dictionary<string, CacheLookup<T>>(keys.TryGetNonEnumeratedCount(out var count) ? count : 0);
        var missing = new List<Load<T>>(count);
        try
        {
            foreach (var key in keys)
            {
                var call = engine.Call<T>(tenant, key, options, null, isolates);
                if (!found.TryAdd(key, default) || !engine.IsEnabled) continue;
                if (reads.TryLocal(call, out T value, out var info, out var candidate, out _)) found[key] = info.Lookup(value, engine.Clock.Now);
                else missing.Add(new Load<T>(engine, call, candidate));
            }

            cancellationToken.ThrowIfCancellationRequested();
            await BulkTiers<T>.ReadAsync(engine, missing).WaitAsync(cancellationToken).ConfigureAwait(false);
            foreach (var load in missing)
            {
                if (load.IsCompleted) found[load.Call.Key.Name] = load.Info.Lookup(await load.WaitAsync(CancellationToken.None).ConfigureAwait(false), engine.Clock.Now);
                else
                {
                    HitCounters.Increment(engine.CountersOf(load.Call.Policy.Profile).Miss);
                    if (load.Call.Key.IsPrimary && load.IsRemoteAway) found[load.Call.Key.Name] = CacheLookup<T>.Unavailable;
                }
            }

            return found;
        }
        finally
        {
            foreach (var load in missing) load.End();
        }
    }

    public async ValueTask<IReadOnlyDictionary<string, T>> GetOrCreateAsync<TState, T>(
        IEnumerable<string> keys,
        TState state,
        Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory,
        TieredCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(factory);
        string[]? all = tags is null ? null : [.. tags];
        var calls = new Dictionary<string, EntryCall>();
        foreach (var key in keys)
        {
            if (!calls.ContainsKey(key)) calls.Add(key, engine.Call<T>(tenant, key, options, all, isolates));
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (!engine.Started.IsCompleted) await engine.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        var found = new Dictionary<string, T>(calls.Count);
        EntryCall[] loadable = [.. calls.Values.Where(static call => call.Loads)];
        if (loadable.Length < calls.Count)
        {
            foreach (var (key, lookup) in await GetAsync<T>(calls.Values.Where(static call => !call.Loads).Select(static call => call.Key.Name), options, cancellationToken).ConfigureAwait(false))
            {
                if (lookup.HasValue) found[key] = lookup.Value;
            }
        }

        if (loadable.Length == 0) return found;
        await (engine.IsEnabled
            ? FindOrLoadAsync(loadable, found, state, factory, cancellationToken)
            : LoadUncachedAsync(loadable, found, state, factory, cancellationToken)).ConfigureAwait(false);
        return found;
    }

    private async Task LoadUncachedAsync<TState, T>(
        IReadOnlyList<EntryCall> calls,
        Dictionary<string, T> found,
        TState state,
        Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory,
        CancellationToken cancellationToken)
    {
        foreach (var call in calls) HitCounters.Increment(engine.CountersOf(call.Policy.Profile).Miss);
        var values = await BulkLoad<T>.RunFactoryAsync(engine, calls, LoadContext.ForLoad(engine.Scopes), state, factory, cancellationToken).ConfigureAwait(false);
        foreach (var call in calls)
        {
            if (values.TryGetValue(call.Key.Name, out var value)) found[call.Key.Name] = value;
        }
    }

    private async Task FindOrLoadAsync<TState, T>(
        IReadOnlyList<EntryCall> calls,
        Dictionary<string, T> found,
        TState state,
        Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory,
        CancellationToken cancellationToken)
    {
        var joined = engine.Coherence.Version.Current;
        var own = new List<Load<T>>();
        var others = new List<Load<T>>();
        var due = new List<(EntryCall, LocalEntry?)>();
        try
        {
            foreach (var call in calls)
            {
                if (reads.TryLocal(call, out T value, out _, out var candidate, out var isDue))
                {
                    found[call.Key.Name] = value;
                    if (isDue) due.Add((call, candidate));
                    continue;
                }

                var load = Join<T>(call, candidate, out var isNew);
                (isNew ? own : others).Add(load);
                if (!isNew) HitCounters.Increment(engine.CountersOf(call.Policy.Profile).Collapsed);
            }
        }
        catch (Exception exception)
        {
            // Others may have joined what was begun and will not be run.
            foreach (var load in own)
            {
                await load.FailAsync(exception).ConfigureAwait(false);
                load.End();
            }

            throw;
        }

        if (due.Count > 0) ThreadPool.UnsafeQueueUserWorkItem(new BulkRefresh<TState, T>(engine, due, state, factory), preferLocal: false);

        // Who can't leave keeps them going: nothing of them can be cancelled then.
        if (!cancellationToken.CanBeCanceled) own.ForEach(static load => load.KeepAloft());
        if (own.Count > 0) _ = new BulkLoad<T>(engine, own).RunAsync(state, factory);

        // Waited for together, so that a caller who gives up leaves every flight, and the last to leave ends it.
        await Task.WhenAll(own.Concat(others).Select(load => load.WaitAsync(cancellationToken).AsTask())).ConfigureAwait(false);
        foreach (var load in own)
        {
            if (!load.IsAbsent) found[load.Call.Key.Name] = await load.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        var again = new List<EntryCall>();
        foreach (var load in others)
        {
            var value = await load.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            if (load.IsOutdated && joined != load.StartVersion) again.Add(load.Call);
            else if (!load.IsAbsent) found[load.Call.Key.Name] = Own(load, value);
        }

        if (again.Count > 0) await FindOrLoadAsync(again, found, state, factory, cancellationToken).ConfigureAwait(false);
    }

    private Load<T> Join<T>(EntryCall call, LocalEntry? candidate, out bool isNew) =>
        engine.Flights.Join<Load<T>, T, (CacheEngine Engine, EntryCall Call, LocalEntry? Candidate)>(
            call.FlightKeyFor<T>(),
            (engine, call, candidate),
            static s => new Load<T>(s.Engine, s.Call, s.Candidate) { IsBulk = true },
            out isNew);

    private T Own<T>(Load<T> load, T value) =>
        load.Call.Isolates && !ImmutableTypes.IsImmutable<T>() && engine.Values.TryOpen(load.Payload ?? (object?)value ?? StoredPayload.Null, isCopied: true, out T? copy)
            ? copy!
            : value;
}
