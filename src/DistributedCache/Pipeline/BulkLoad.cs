using DistributedCache.Resilience;
using Polly.Timeout;

namespace DistributedCache.Pipeline;

/// <summary>Many keys loaded by one factory, each with a flight of its own that others may join.</summary>
internal sealed class BulkLoad<T>(CacheEngine engine, IReadOnlyList<Load<T>> loads)
{
    private int _left = loads.Count;

    /// <summary>Runs the load. Never throws: what happens is told to those who wait.</summary>
    public async Task RunAsync<TState>(
        TState state, Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory)
    {
        using var abandoned = new CancellationTokenSource();
        var registrations = loads.Select(load => load.Abandoned.Register(static s => ((Action)s!)(), (Action)(() => LeaveOne(abandoned)))).ToArray();
        try
        {
            await LoadAsync(state, factory, abandoned.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            foreach (var load in loads.Where(static load => !load.IsCompleted || load.ServedFallback)) await load.FailAsync(exception).ConfigureAwait(false);
        }
        finally
        {
            foreach (var registration in registrations) await registration.DisposeAsync().ConfigureAwait(false);
            foreach (var load in loads) load.End();
        }
    }

    private async Task LoadAsync<TState>(
        TState state,
        Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory,
        CancellationToken abandoned)
    {
        await BulkTiers<T>.ReadAsync(engine, loads).ConfigureAwait(false);
        await BulkTiers<T>.LeaseAsync(engine, [.. loads.Where(static load => !load.IsCompleted)]).ConfigureAwait(false);
        Load<T>[] missing = [.. loads.Where(static load => !load.IsCompleted)];
        if (missing.Length == 0) return;

        var context = LoadContext.ForLoad(engine.Scopes);
        var began = engine.Clock.Now;
        foreach (var load in missing) load.BeginFactory();
        var running = RunFactoryAsync(engine, [.. missing.Select(static load => load.Call)], context, state, factory, abandoned).AsTask();
        foreach (var group in missing.Where(static load => load.HasSoftTimeout).GroupBy(static load => load.Call.Policy.Profile.FactorySoftTimeout))
            running = SoftTimeout.WaitAsync(running, group.Key, engine.Clock.Provider, () => ServeStale(group));
        var values = await running.ConfigureAwait(false);
        var duration = engine.Clock.Now - began;
        var loaded = new List<(Load<T>, LoadedValue<T>)>();
        try
        {
            foreach (var load in missing)
            {
                if (values.TryGetValue(load.Call.Key.Name, out var value)) loaded.Add((load, load.Ready(value, context, duration)));
            }

            await BulkTiers<T>.FillAsync(engine, loaded).ConfigureAwait(false);
        }
        finally
        {
            foreach (var (_, value) in loaded) value.Dispose();
        }

        foreach (var load in missing.Where(load => !values.ContainsKey(load.Call.Key.Name))) await load.LeaveOutAsync().ConfigureAwait(false);
    }

    /// <summary>Runs the factory for these keys, under the first one's profile.</summary>
    public static async ValueTask<IReadOnlyDictionary<string, T>> RunFactoryAsync<TState>(
        CacheEngine engine,
        IReadOnlyList<EntryCall> calls,
        LoadContext context,
        TState state,
        Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory,
        CancellationToken cancellationToken)
    {
        var profile = calls[0].Policy.Profile;
        try
        {
            return await FactoryRun.StartAsync(
                engine,
                profile,
                context,
                (state, factory, keys: (IReadOnlyList<string>)[.. calls.Select(static call => call.Key.Name)]),
                static (s, load, ct) => s.factory(s.state, s.keys, load, ct),
                cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException exception) when (SourcePipelines.IsOwn(exception))
        {
            throw FactoryRun.TimedOut($"{calls.Count} keys", profile, exception);
        }
    }

    private static void ServeStale(IEnumerable<Load<T>> loads)
    {
        foreach (var load in loads) load.TryServeFallback();
    }

    private void LeaveOne(CancellationTokenSource abandoned)
    {
        if (Interlocked.Decrement(ref _left) == 0) abandoned.Cancel();
    }
}
