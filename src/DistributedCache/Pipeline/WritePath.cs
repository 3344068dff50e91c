using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Queue;

namespace DistributedCache.Pipeline;

/// <summary>The order of writing: the remote tier's partition numbers the write, then this process carries it out.</summary>
internal sealed class WritePath(CacheEngine engine, string tenant, bool isolates)
{
    // What one script may name.
    private const int MaximumBatch = 256;

    // A write is lost only with a failover between its number and its answer.
    private const int MaximumAttempts = 8;

    // For how long a refused Set tries again.
    private const long RetryMs = 1_000;

    public ValueTask<InvalidationResult> SetAsync<T>(
        string key, T value, TieredCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken) =>
        SetAsync(engine.Call<T>(tenant, key, options, tags, isolates), value, cancellationToken);

    public ValueTask<InvalidationResult> SetAsync<T>(in EntryCall call, T value, CancellationToken cancellationToken) => engine.Started.IsCompleted
        ? SetBatchAsync<T>(call.Key.Partition, [(call, value)], engine.Coherence.Snapshot(), cancellationToken)
        : SetAfterStartAsync(call, value, cancellationToken);

    public async ValueTask<InvalidationResult> SetManyAsync<T>(
        IEnumerable<KeyValuePair<string, T>> values, TieredCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(values);
        string[]? all = tags is null ? null : [.. tags];
        var last = new Dictionary<string, (EntryCall, T)>();
        foreach (var (key, value) in values) last[key] = (engine.Call<T>(tenant, key, options, all, isolates), value);
        if (!engine.Started.IsCompleted) await engine.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        var seen = engine.Coherence.Snapshot();
        var results = await Task.WhenAll(last.Values
            .GroupBy(static write => write.Item1.Key.Partition)
            .SelectMany(static partition => partition.Chunk(MaximumBatch), (partition, batch) => (partition.Key, batch))
            .Select(batch => SetBatchAsync<T>(batch.Key, batch.batch, seen, cancellationToken).AsTask())).ConfigureAwait(false);
        return Merge(results);
    }

    public ValueTask<InvalidationResult> InvalidateAsync(InvalidationKind kind, string key, CancellationToken cancellationToken) =>
        InvalidateAsync(kind, engine.Key(tenant, key), cancellationToken);

    public ValueTask<InvalidationResult> InvalidateAsync(InvalidationKind kind, in CacheKey key, CancellationToken cancellationToken) =>
        InvalidateBatchAsync(kind, key.Partition, [key], cancellationToken);

    public async ValueTask<InvalidationResult> RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var results = await Task.WhenAll(keys
            .Distinct(StringComparer.Ordinal)
            .Select(key => engine.Key(tenant, key))
            .GroupBy(static key => key.Partition)
            .SelectMany(static partition => partition.Chunk(MaximumBatch))
            .Select(batch => InvalidateBatchAsync(InvalidationKind.Remove, batch[0].Partition, batch, cancellationToken).AsTask())).ConfigureAwait(false);
        return Merge(results);
    }

    public async ValueTask<InvalidationResult> InvalidateAsync(Mark mark, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var result = await MarkAsync(engine.Calls.PartitionOf(mark), mark).ConfigureAwait(false);
        if (mark.Kind == MarkKind.Tag && result.Status != InvalidationStatus.Rejected && engine.TagInvalidated is { } told)
            await told(mark.Tenant, mark.Name).ConfigureAwait(false);
        return result;
    }

    /// <summary>A clear is a mark in every partition, and done when all have it.</summary>
    public async ValueTask<InvalidationResult> ClearAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var mark = Mark.ClearOf(tenant);
        return Merge(await Task.WhenAll(Enumerable.Range(0, engine.Coherence.Count).Select(p => MarkAsync(p, mark).AsTask())).ConfigureAwait(false));
    }

    private async ValueTask<InvalidationResult> SetAfterStartAsync<T>(EntryCall call, T value, CancellationToken cancellationToken)
    {
        await engine.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await SetBatchAsync<T>(call.Key.Partition, [(call, value)], engine.Coherence.Snapshot(), cancellationToken).ConfigureAwait(false);
    }

    private InvalidationStatus Done => engine.Remote.IsShared ? InvalidationStatus.Acknowledged : InvalidationStatus.LocalOnly;

    private async ValueTask<InvalidationResult> MarkAsync(int partition, Mark mark)
    {
        try
        {
            for (var attempt = 0; attempt < MaximumAttempts; attempt++)
            {
                var message = await engine.Remote.InvalidateAsync(partition, mark, engine.KnownOf(partition), CancellationToken.None).ConfigureAwait(false);
                if (await engine.AppliedAsync(message).ConfigureAwait(false) is { } token) return new InvalidationResult(Done, token);
            }

            throw Lost();
        }
        catch (Exception exception)
        {
            engine.RemoteFailed(exception);
            engine.Queue.Add(new QueuedInvalidation(partition, InvalidationKind.Mark, [], mark));
            return new InvalidationResult(InvalidationStatus.Queued);
        }
    }

    private async ValueTask<InvalidationResult> InvalidateBatchAsync(
        InvalidationKind kind, int partition, CacheKey[] keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            for (var attempt = 0; attempt < MaximumAttempts; attempt++)
            {
                var message = await engine.Remote.InvalidateAsync(partition, kind, keys, engine.KnownOf(partition), CancellationToken.None).ConfigureAwait(false);
                if (await engine.AppliedAsync(message).ConfigureAwait(false) is { } token) return new InvalidationResult(Done, token);
            }

            throw Lost();
        }
        catch (Exception exception)
        {
            engine.RemoteFailed(exception);
            return Queue(kind, partition, keys);
        }
    }

    /// <summary>Carries out here what the remote tier could not be told, and sends it later. Not so for primary values: nothing says
    /// which of two is the newer one then, so what is there stays.</summary>
    private InvalidationResult Queue(InvalidationKind kind, int partition, CacheKey[] keys)
    {
        CacheKey[] cached = [.. keys.Where(static key => !key.IsPrimary)];
        if (cached.Length > 0) engine.Queue.Add(new QueuedInvalidation(partition, kind, cached, default));
        if (cached.Length == keys.Length) return new InvalidationResult(InvalidationStatus.Queued);
        CacheKey[] primary = [.. keys.Where(static key => key.IsPrimary)];
        engine.DropLocally(partition, primary);
        return new InvalidationResult(InvalidationStatus.Rejected, default, [.. primary.Select(static key => key.Name)]);
    }

    /// <summary>Sets keys of one partition under one number.</summary>
    private async ValueTask<InvalidationResult> SetBatchAsync<T>(
        int partition, IReadOnlyList<(EntryCall Call, T Value)> values, SeenSnapshot seen, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var began = engine.Clock.Now;
        var known = engine.KnownOf(partition);
        using var writes = new WriteBatch<T>(engine, partition, values, seen);
        var results = new List<InvalidationResult>();
        try
        {
            // What can't be stored may not leave the value it was to replace: it is removed.
            if (writes.Refused.Count > 0)
            {
                CacheKey[] unstored = [.. writes.Refused];
                var removed = await InvalidateBatchAsync(InvalidationKind.Remove, partition, unstored, CancellationToken.None).ConfigureAwait(false);
                results.Add(new InvalidationResult(InvalidationStatus.Rejected, removed.Token, [.. unstored.Select(static k => k.Name)]));
            }

            foreach (var write in writes.Primary)
            {
                // Nobody else has it and no load brings it: replaced in one step, so that no reader finds nothing in between, as one
                // would after a number that drops what is there.
                if (write.Call.Key.Kind == KeyKind.Distributed && !engine.Remote.HoldsValues && !engine.Remote.IsShared)
                {
                    results.Add(Kept(write, engine.KnownOf(partition).Seen, new InvalidationResult(Done)));
                    continue;
                }

                results.Add(await SetPrimaryAsync(partition, write).ConfigureAwait(false));
            }

            // One call names one version.
            foreach (var group in writes.Cached.GroupBy(static write => write.Call.Key.Version))
                results.AddRange(await SetCachedAsync(partition, [.. group], began, known).ConfigureAwait(false));
        }
        catch (Exception exception)
        {
            engine.RemoteFailed(exception);

            // Whether it was stored is not known; on its way back the tier is told to remove what it has.
            return Queue(InvalidationKind.Remove, partition, [.. values.Select(static v => v.Call.Key)]);
        }

        return Merge(results);
    }

    /// <summary>Sets cached values. One whose key was invalidated since this caller's call is refused, and tries again with the head it got:
    /// the later of two racing calls wins. Not for longer than an answer may take, so that a process that slept does not win with an
    /// old value.</summary>
    private async ValueTask<List<InvalidationResult>> SetCachedAsync<T>(int partition, IReadOnlyList<PendingWrite<T>> writes, long began, Known known)
    {
        var results = new List<InvalidationResult>();
        var lost = 0;
        while (true)
        {
            var reply = await engine.Remote.SetAsync(partition, [.. writes.Select(static w => w.Remote)], known, CancellationToken.None).ConfigureAwait(false);
            if (reply.Invalidation is { } message)
            {
                if (await engine.AppliedAsync(message).ConfigureAwait(false) is not { } token)
                {
                    // None is stored any more: all try again, and are refused where another's invalidation came first.
                    if (++lost == MaximumAttempts) throw Lost();
                    continue;
                }

                if (reply.NoRoom is { } full)
                {
                    engine.RemoteFailed(full);
                    results.Add(new InvalidationResult(InvalidationStatus.Rejected, token, [.. writes.Select(static w => w.Call.Key.Name)]));
                    return results;
                }

                var result = new InvalidationResult(Done, token);
                results.Add(result);
                for (var i = 0; i < writes.Count; i++)
                {
                    if (!reply.Refused.Contains(i) && Kept(writes[i], message.Sequence, result) is { Status: InvalidationStatus.Rejected } rejected) results.Add(rejected);
                }
            }

            writes = [.. reply.Refused.Select(i => writes[i])];
            if (writes.Count == 0) return results;
            if (engine.Clock.Now - began < RetryMs)
            {
                known = new Known(reply.Head.Incarnation, reply.Head.Sequence);
                continue;
            }

            results.Add(new InvalidationResult(InvalidationStatus.Rejected, default, [.. writes.Select(static w => w.Call.Key.Name)]));
            return results;
        }
    }

    /// <summary>Keeps in L1 what was set. Where L1 is all there is for a primary value, no room there means it was not stored.</summary>
    private InvalidationResult Kept<T>(PendingWrite<T> write, long sequence, InvalidationResult result)
    {
        var isKept = write.Keep(sequence);
        return isKept || engine.Remote.HoldsValues || !write.Call.Key.IsPrimary
            ? result
            : new InvalidationResult(InvalidationStatus.Rejected, result.Token, [write.Call.Key.Name]);
    }

    private async ValueTask<InvalidationResult> SetPrimaryAsync<T>(int partition, PendingWrite<T> write)
    {
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            var reply = await engine.Remote.SetPrimaryAsync(write.Remote, onlyIfAbsent: false, engine.KnownOf(partition), CancellationToken.None).ConfigureAwait(false);
            if (reply.Invalidation is not { } message) return Kept(write, engine.KnownOf(partition).Seen, new InvalidationResult(Done));
            if (await engine.AppliedAsync(message).ConfigureAwait(false) is { } token) return Kept(write, message.Sequence, new InvalidationResult(Done, token));
        }

        throw Lost();
    }

    private static IOException Lost() => new("The write was acknowledged and lost again by its servers, each time it was sent.");

    /// <summary>The least that was reached, everything refused, and one token.</summary>
    private InvalidationResult Merge(IReadOnlyList<InvalidationResult> results)
    {
        if (results.Count == 1) return results[0];
        var status = results.Count == 0 ? Done : InvalidationStatus.Acknowledged;
        var token = default(ConsistencyToken);
        List<string>? rejected = null;
        foreach (var result in results)
        {
            if (result.Status > status) status = result.Status;
            token = token.Merge(result.Token);
            if (result.Rejected.Count > 0) (rejected ??= []).AddRange(result.Rejected);
        }

        return new InvalidationResult(status, token, rejected);
    }
}
