using System.Diagnostics;
using DistributedCache.Diagnostics;
using DistributedCache.Flights;
using DistributedCache.Local;

namespace DistributedCache.Pipeline;

/// <summary>A load that nobody waits for, behind an answer that was given from a tier: on the thread pool, without the ambient data of
/// the call that caused it, but with a link to its activity.</summary>
internal sealed class BackgroundRefresh<TState, T>(
    CacheEngine engine,
    EntryCall call,
    LocalEntry? entry,
    TState state,
    Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory) : IThreadPoolWorkItem
{
    private readonly ActivityContext _cause = Activity.Current?.Context ?? default;

    public FlightKey FlightKey { get; } = call.FlightKeyFor<T>();

    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        // Of many hits that found it due before the first refresh began, the last may get here when it has ended.
        if (engine.Store.FindLocked(call.Key.Index) != entry) return;
        var load = engine.Flights.Join<Load<T>, T, BackgroundRefresh<TState, T>>(
            FlightKey,
            this,
            static self => self.Begin(),
            out var isNew);
        if (!isNew) return;
        using var activity = CacheActivity.StartRefresh(_cause);
        await ((SingleLoad<TState, T>)load).RunAsync().ConfigureAwait(false);
    }

    private SingleLoad<TState, T> Begin()
    {
        var load = new SingleLoad<TState, T>(engine, call, entry, state, factory) { IsBackground = true };
        load.KeepAloft();
        return load;
    }
}
