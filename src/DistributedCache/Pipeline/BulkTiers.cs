using DistributedCache.Coherence;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>What the tiers are asked of many keys: each step in as few requests as they allow, all at once, and one that fails is the
/// concern of its own keys alone.</summary>
internal static class BulkTiers<T>
{
    /// <summary>Looks for keys in L1, where their marks had to be asked for, then in L2; what is found completes its load.</summary>
    public static async Task ReadAsync(CacheEngine engine, IReadOnlyList<Load<T>> loads)
    {
        var unknown = new List<StampSet>();
        foreach (var load in loads)
        {
            if (!load.TryLocal() && load.NeedsAsking(out var stamps)) unknown.Add(stamps);
        }

        if (unknown.Count > 0) await engine.Marks.LearnAsync(unknown, CancellationToken.None).ConfigureAwait(false);
        foreach (var load in loads)
        {
            if (!load.IsCompleted) load.TryCandidate();
        }

        if (!engine.Remote.HoldsValues) return;
        var byPartition = new List<Load<T>>?[engine.Coherence.Count];
        foreach (var load in loads)
        {
            if (load.Call.ReadsRemote && !load.IsCompleted && !load.IsHeld) (byPartition[load.Call.Key.Partition] ??= new(loads.Count / byPartition.Length + 8)).Add(load);
        }

        var left = await Task.WhenAll(byPartition.OfType<List<Load<T>>>().Select(partition => ReadPartitionAsync(engine, partition))).ConfigureAwait(false);
        await TakeUnknownAsync(engine, [.. left.SelectMany(static unknown => unknown)]).ConfigureAwait(false);
    }

    /// <summary>Asks once for the right to load each key. Without it a value is loaded all the same, and not sent.</summary>
    public static Task LeaseAsync(CacheEngine engine, IReadOnlyList<Load<T>> loads)
    {
        if (!engine.Remote.HoldsValues) return Task.CompletedTask;
        Load<T>[] wanted = [.. loads.Where(static load => load.Call.WritesRemote && !load.Call.Key.IsPrimary && !load.IsRemoteAway && !load.IsHeld)];

        // Whose entry was found of no use says which it was, one by one: it must not be answered with it again.
        return Task.WhenAll([
            .. wanted.Where(static load => load.Lease.RejectedId != 0).Select(load => LeaseOneAsync(engine, load)),
            .. PartitionBatches.Of(wanted.Where(static load => load.Lease.RejectedId == 0).ToArray(), engine.Coherence.Count, static load => load.Call.Key.Partition).Select(batch => LeaseBatchAsync(engine, batch))]);
    }

    /// <summary>Sends what was loaded under its leases, keeps it in L1, and completes the loads.</summary>
    public static Task FillAsync(CacheEngine engine, IReadOnlyList<(Load<T> Load, LoadedValue<T> Value)> loaded)
    {
        return Task.WhenAll([
            .. loaded.Where(static l => !IsFilled(l)).Select(SendOneAsync),
            .. PartitionBatches.Of(loaded.Where(IsFilled).ToArray(), engine.Coherence.Count, static l => l.Load.Call.Key.Partition).Select(batch => FillBatchAsync(engine, batch))]);

        static bool IsFilled((Load<T> Load, LoadedValue<T> Value) l) => l.Value.Remote is not null && !l.Load.Call.Key.IsPrimary;
    }

    /// <summary>What a partition answers is taken while others have yet to answer, but for entries whose marks have to be asked for.</summary>
    private static async Task<List<Unknown>> ReadPartitionAsync(CacheEngine engine, List<Load<T>> loads)
    {
        try
        {
            return TakeKnown(engine, loads, await engine.Remote.GetManyAsync(loads.ConvertAll(static load => load.Call.Key), CancellationToken.None).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            Fail(engine, loads, exception);
            return [];
        }
    }

    private static List<Unknown> TakeKnown(CacheEngine engine, IReadOnlyList<Load<T>> loads, RemoteValue?[] values)
    {
        var unknown = new List<Unknown>();
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is not { } value) continue;
            if (loads[i].TryRead(value, out var stored, out var verdict))
            {
                if (loads[i].NeedsAsking(verdict))
                {
                    unknown.Add(new Unknown(loads[i], stored, value));
                    continue;
                }

                Take(engine, loads[i], stored, verdict);
            }

            value.Dispose();
        }

        return unknown;
    }

    /// <summary>Asks for all their marks at once.</summary>
    private static async Task TakeUnknownAsync(CacheEngine engine, IReadOnlyList<Unknown> unknown)
    {
        if (unknown.Count == 0) return;
        try
        {
            await engine.Marks.LearnAsync([.. unknown.Select(static u => u.Stored.Stamps)], CancellationToken.None).ConfigureAwait(false);
            foreach (var (load, stored, _) in unknown) Take(engine, load, stored, load.Judge(stored));
        }
        finally
        {
            foreach (var (_, _, value) in unknown) value.Dispose();
        }
    }

    private static void Take(CacheEngine engine, Load<T> load, in StoredValue stored, Verdict verdict)
    {
        try
        {
            load.TryTake(stored, verdict);
        }
        catch (Exception exception)
        {
            // Strict, and unreadable: a miss, and no other key's concern.
            engine.RemoteFailed(exception);
            load.IsRemoteAway = true;
        }
    }

    private static async Task LeaseOneAsync(CacheEngine engine, Load<T> load)
    {
        try
        {
            var reply = await load.Lease.AskAsync().ConfigureAwait(false);
            await TakeUnknownAsync(engine, TakeKnown(engine, [load], [reply.Entry])).ConfigureAwait(false);
            ServeStale([load]);
        }
        catch (Exception exception)
        {
            Fail(engine, [load], exception);
        }
    }

    private static async Task LeaseBatchAsync(CacheEngine engine, Load<T>[] loads)
    {
        try
        {
            var partition = loads[0].Call.Key.Partition;
            var replies = await engine.Remote.LeaseManyAsync(
                partition,
                [.. loads.Select(static load => load.Call.Key)],
                [.. loads.Select(static load => load.Lease.Token)],
                engine.KnownOf(partition),
                CancellationToken.None).ConfigureAwait(false);
            for (var i = 0; i < loads.Length; i++) loads[i].Lease.Take(replies[i]);
            await TakeUnknownAsync(engine, TakeKnown(engine, loads, Array.ConvertAll(replies, static reply => reply.Entry))).ConfigureAwait(false);
            ServeStale(loads);
        }
        catch (Exception exception)
        {
            Fail(engine, loads, exception);
        }
    }

    /// <summary>Whose key another loads is served what is stale. Where nothing is, it is loaded all the same.</summary>
    private static void ServeStale(IEnumerable<Load<T>> loads)
    {
        foreach (var load in loads.Where(static load => !load.Lease.IsHeld)) load.TryServeFallback();
    }

    private static async Task SendOneAsync((Load<T> Load, LoadedValue<T> Value) loaded) =>
        await loaded.Load.EndAsync(loaded.Value, await loaded.Load.SendAsync(loaded.Value).ConfigureAwait(false)).ConfigureAwait(false);

    private static async Task FillBatchAsync(CacheEngine engine, (Load<T> Load, LoadedValue<T> Value)[] loaded)
    {
        bool[]? isAccepted = null;
        try
        {
            foreach (var (load, _) in loaded) load.Lease.Use();
            isAccepted = await engine.Remote.FillManyAsync(
                loaded[0].Load.Call.Key.Partition,
                [.. loaded.Select(static l => l.Value.Remote!.Value)],
                [.. loaded.Select(static l => l.Load.Lease.Token)],
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Whether they were stored is not known; L1 may keep the values, judged by their stamps as any.
            engine.RemoteFailed(exception);
        }

        for (var i = 0; i < loaded.Length; i++) await loaded[i].Load.EndAsync(loaded[i].Value, isAccepted?[i] ?? true).ConfigureAwait(false);
    }

    private static void Fail(CacheEngine engine, IReadOnlyList<Load<T>> loads, Exception exception)
    {
        engine.RemoteFailed(exception);
        foreach (var load in loads) load.IsRemoteAway = true;
    }

    /// <summary>An entry that was read and can't be judged yet.</summary>
    private sealed record Unknown(Load<T> Load, StoredValue Stored, RemoteValue Value);
}
