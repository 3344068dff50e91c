using System.Diagnostics;
using DistributedCache.Diagnostics;
using DistributedCache.Local;

namespace DistributedCache.Pipeline;

/// <summary>What <see cref="BackgroundRefresh{TState, T}"/> is for one key: keys that were answered from L1 and are due, loaded behind the answer
/// by one run of the factory.</summary>
internal sealed class BulkRefresh<TState, T>(
    CacheEngine engine,
    IReadOnlyList<(EntryCall Call, LocalEntry? Entry)> due,
    TState state,
    Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory) : IThreadPoolWorkItem
{
    private readonly ActivityContext _cause = Activity.Current?.Context ?? default;

    public void Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        var own = new List<Load<T>>(due.Count);
        foreach (var (call, entry) in due)
        {
            // Refreshed since, or being loaded.
            var key = call.FlightKeyFor<T>();
            if (engine.Store.FindLocked(call.Key.Index) != entry || engine.Flights.Contains(key)) continue;
            var load = engine.Flights.Join<Load<T>, T, (CacheEngine Engine, EntryCall Call, LocalEntry? Entry)>(
                key,
                (engine, call, entry),
                static s => new Load<T>(s.Engine, s.Call, s.Entry) { IsBulk = true, IsBackground = true },
                out var isNew);
            if (!isNew) continue;
            load.KeepAloft();
            own.Add(load);
        }

        if (own.Count == 0) return;
        using var activity = CacheActivity.StartRefresh(_cause);
        await new BulkLoad<T>(engine, own).RunAsync(state, factory).ConfigureAwait(false);
    }
}
