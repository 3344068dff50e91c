using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Queue;
using DistributedCache.Remote;

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

    /// <summary>Sets what was made since a snapshot was taken. It gives way to what was invalidated meanwhile: a key's own invalidation or
    /// a clear refuses it, a tag's leaves it invalid.</summary>
    public async ValueTask<InvalidationResult> SetMadeSinceAsync<T>(EntryCall call, T value, SeenSnapshot seen, CancellationToken cancellationToken)
    {
        if (!engine.Started.IsCompleted) await engine.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await SetBatchAsync<T>(call.Key.Partition, [(call, value)], seen, cancellationToken, givesWay: true).ConfigureAwait(false);
    }

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
        if (mark.Kind == MarkKind.Tag && result.Status != InvalidationStatus.Rejected)
        {
            WriteRecord.Note(engine, mark.Tenant, mark.Name);
            if (engine.TagInvalidated is { } told) await told(mark.Tenant, mark.Name).ConfigureAwait(false);
        }

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
            return Queue(QueuedInvalidation.Of(partition, mark));
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
            CacheKey[] cached = [.. keys.Where(static key => !key.IsPrimary)];
            InvalidationResult[] queued = cached.Length == 0 ? [] : [Queue(new QueuedInvalidation(partition, kind, cached, default))];
            var removed = keys.Where(static key => key.IsPrimary).Select(key => RemovePrimaryAsync(key, exception).AsTask());
            return Merge([.. queued, .. await Task.WhenAll(removed).ConfigureAwait(false)]);
        }
    }

    /// <summary>Carries out here what the remote tier could not be told, and sends it later. No token is reached before that.</summary>
    private InvalidationResult Queue(QueuedInvalidation queued)
    {
        if (!engine.Queue.TryAdd(queued)) return new InvalidationResult(InvalidationStatus.Rejected, default, [.. queued.Keys.Select(static key => key.Name)]);
        WriteRecord.Note(engine, ConsistencyToken.NeverReached);
        return new InvalidationResult(InvalidationStatus.Queued, ConsistencyToken.NeverReached);
    }

    /// <summary>Removes a primary value that has failed to be removed under a number. Where the tier answered, its partition may be on the
    /// move: a plain removal, whose number follows, is carried out all the same. Where it did not, nothing says later which of two writes
    /// was the last, so none is queued.</summary>
    private async ValueTask<InvalidationResult> RemovePrimaryAsync(CacheKey key, Exception failure)
    {
        try
        {
            if (engine.Remote.IsAnswer(failure) && engine.Remote.HoldsValues)
                return await SetPrimaryAsync(new RemoteWrite(key, default, default), static (_, result) => result).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            engine.RemoteFailed(exception);
        }

        return Reject(key);
    }

    /// <summary>Sets keys of one partition under one number.</summary>
    private async ValueTask<InvalidationResult> SetBatchAsync<T>(
        int partition, IReadOnlyList<(EntryCall Call, T Value)> values, SeenSnapshot seen, CancellationToken cancellationToken, bool givesWay = false)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Who gives way is refused by what came since the snapshot, and does not try again.
        var began = givesWay ? engine.Clock.Now - RetryMs : engine.Clock.Now;
        var known = givesWay ? new Known(seen[partition].Incarnation, seen[partition].Seen) : engine.KnownOf(partition);
        using var writes = new WriteBatch<T>(engine, partition, values, seen);
        var results = new List<InvalidationResult>();

        // What can't be stored may not leave the value it was to replace: it is removed.
        if (writes.Refused.Count > 0)
        {
            CacheKey[] unstored = [.. writes.Refused];
            var removed = await InvalidateBatchAsync(InvalidationKind.Remove, partition, unstored, CancellationToken.None).ConfigureAwait(false);
            results.Add(new InvalidationResult(InvalidationStatus.Rejected, removed.Token, [.. unstored.Select(static k => k.Name)]));
        }

        // All at once: none waits for another's time limit. One call for cached values names one version.
        var primary = Task.WhenAll(writes.Primary.Select(write => SetPrimaryAsync(partition, write).AsTask()));
        var cached = Task.WhenAll(writes.Cached.GroupBy(static write => write.Call.Key.Version).Select(group => SetCachedAsync(partition, [.. group], began, known).AsTask()));
        results.AddRange(await primary.ConfigureAwait(false));
        foreach (var group in await cached.ConfigureAwait(false)) results.AddRange(group);
        return Merge(results);
    }

    /// <summary>Sets cached values. One whose key was invalidated since this caller's call is refused, and tries again with the head it got:
    /// the later of two racing calls wins. Not for longer than an answer may take, so that a process that slept does not win with an
    /// old value. One of which the tier did not say that it was stored is removed, once the tier takes that.</summary>
    private async ValueTask<List<InvalidationResult>> SetCachedAsync<T>(int partition, IReadOnlyList<PendingWrite<T>> writes, long began, Known known)
    {
        var results = new List<InvalidationResult>();
        var lost = 0;
        try
        {
            while (true)
            {
                var reply = await engine.Remote.SetAsync(partition, [.. writes.Select(static w => w.Remote)], known, CancellationToken.None).ConfigureAwait(false);
                if (reply.Failure is { } failure) engine.RemoteFailed(failure);
                if (reply.Invalidation is { } message)
                {
                    if (await engine.AppliedAsync(message).ConfigureAwait(false) is not { } token)
                    {
                        // None is stored any more: all try again, and are refused where another's invalidation came first.
                        if (++lost == MaximumAttempts) throw Lost();
                        continue;
                    }

                    var result = new InvalidationResult(reply.Failure is null ? Done : InvalidationStatus.Rejected, token, reply.Failure is null ? null : Names(writes));
                    results.Add(result);
                    if (reply.Failure is not null) return results;
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

                results.Add(new InvalidationResult(InvalidationStatus.Rejected, default, Names(writes)));
                return results;
            }
        }
        catch (Exception exception)
        {
            engine.RemoteFailed(exception);
            results.Add(Queue(new QueuedInvalidation(partition, InvalidationKind.Remove, [.. writes.Select(static w => w.Call.Key)], default)));
            return results;
        }
    }

    private static string[] Names<T>(IReadOnlyList<PendingWrite<T>> writes) => [.. writes.Select(static w => w.Call.Key.Name)];

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
        // Nobody else has it and no load brings it: replaced in one step, so that no reader finds nothing in between, as one would after a
        // number that drops what is there.
        if (write.Call.Key.Kind == KeyKind.Distributed && !engine.Remote.HoldsValues && !engine.Remote.IsShared)
            return Kept(write, engine.KnownOf(partition).Seen, new InvalidationResult(Done));
        try
        {
            var result = await SetPrimaryAsync(write.Remote, (sequence, result) => Kept(write, sequence, result)).ConfigureAwait(false);

            // One that was to be in L1 alone is nowhere: L1 keeps nothing that has yet to be numbered.
            return result.Status == InvalidationStatus.Queued && write.Remote.Envelope.IsEmpty ? Reject(write.Call.Key) : result;
        }
        catch (Exception exception)
        {
            engine.RemoteFailed(exception);
            return Reject(write.Call.Key);
        }
    }

    /// <summary>Stores a primary value, or removes it where there is none to store.</summary>
    /// <param name="write">The value.</param>
    /// <param name="keep">Keeps it in L1 under its number.</param>
    private async ValueTask<InvalidationResult> SetPrimaryAsync(RemoteWrite write, Func<long, InvalidationResult, InvalidationResult> keep)
    {
        var partition = write.Key.Partition;
        for (var attempt = 0; attempt < MaximumAttempts; attempt++)
        {
            var reply = await engine.Remote.SetPrimaryAsync(write, onlyIfAbsent: false, engine.KnownOf(partition), CancellationToken.None).ConfigureAwait(false);
            if (reply.IsNumberDue) return Queue(new QueuedInvalidation(partition, InvalidationKind.Set, [write.Key], default));
            if (reply.Invalidation is not { } message) return keep(engine.KnownOf(partition).Seen, new InvalidationResult(Done));
            if (await engine.AppliedAsync(message).ConfigureAwait(false) is { } token) return keep(message.Sequence, new InvalidationResult(Done, token));
        }

        throw Lost();
    }

    private InvalidationResult Reject(in CacheKey key)
    {
        engine.DropLocally(key);
        return new InvalidationResult(InvalidationStatus.Rejected, default, [key.Name]);
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
