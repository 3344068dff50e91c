using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Queue;

namespace DistributedCache.Pipeline;

/// <summary>The order of setting: the remote tier's partition numbers the write, then this process carries it out.</summary>
internal sealed class WritePath(CacheEngine engine, string tenant, bool isolates)
{
    // For how long a refused Set tries again.
    private const long RetryMs = 1_000;

    private readonly WriteOutcomes _outcomes = new(engine);
    private readonly InvalidationPath _invalidations = new(engine, tenant);
    private readonly PrimaryWrites _primary = new(engine);

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
        var last = new Dictionary<string, (EntryCall Call, T Value)>(values.TryGetNonEnumeratedCount(out var count) ? count : 0);
        foreach (var (key, value) in values) last[key] = (engine.Call<T>(tenant, key, options, all, isolates), value);
        if (!engine.Started.IsCompleted) await engine.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        var seen = engine.Coherence.Snapshot();
        var results = await Task.WhenAll(PartitionBatches.Of(last.Values, engine.Coherence.Count, static write => write.Call.Key.Partition)
            .Select(batch => SetBatchAsync<T>(batch[0].Call.Key.Partition, batch, seen, cancellationToken).AsTask())).ConfigureAwait(false);
        return _outcomes.Merge(results);
    }

    private async ValueTask<InvalidationResult> SetAfterStartAsync<T>(EntryCall call, T value, CancellationToken cancellationToken)
    {
        await engine.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        return await SetBatchAsync<T>(call.Key.Partition, [(call, value)], engine.Coherence.Snapshot(), cancellationToken).ConfigureAwait(false);
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
            var removed = await _invalidations.InvalidateBatchAsync(InvalidationKind.Remove, partition, unstored, CancellationToken.None).ConfigureAwait(false);
            results.Add(new InvalidationResult(InvalidationStatus.Rejected, removed.Token, [.. unstored.Select(static k => k.Name)]));
        }

        // All at once: none waits for another's time limit. One call for cached values names one version.
        var primary = Task.WhenAll(writes.Primary.Select(write => _primary.SetAsync(partition, write).AsTask()));
        var cached = Task.WhenAll(writes.Cached.GroupBy(static write => write.Call.Key.Version).Select(group => SetCachedAsync(partition, group.ToArray(), began, known).AsTask()));
        results.AddRange(await primary.ConfigureAwait(false));
        foreach (var group in await cached.ConfigureAwait(false)) results.AddRange(group);
        return _outcomes.Merge(results);
    }

    /// <summary>Sets cached values. One whose key was invalidated since this caller's call is refused, and tries again with the head it got:
    /// the later of two racing calls wins. Not for longer than an answer may take, so that a process that slept does not win with an
    /// old value. One of which the tier did not say that it was stored is removed, once the tier takes that.</summary>
    private async ValueTask<List<InvalidationResult>> SetCachedAsync<T>(int partition, PendingWrite<T>[] writes, long began, Known known)
    {
        var results = new List<InvalidationResult>();
        var lost = 0;
        try
        {
            while (true)
            {
                var reply = await engine.Remote.SetAsync(partition, Array.ConvertAll(writes, static w => w.Remote), known, CancellationToken.None).ConfigureAwait(false);
                if (reply.Failure is { } failure) engine.RemoteFailed(failure);
                if (reply.Invalidation is { } message)
                {
                    if (await engine.Acknowledgements.ApplyAsync(message).ConfigureAwait(false) is not { } token)
                    {
                        // None is stored any more: all try again, and are refused where another's invalidation came first.
                        if (++lost == WriteOutcomes.MaximumAttempts) throw WriteOutcomes.Lost();
                        continue;
                    }

                    var result = new InvalidationResult(reply.Failure is null ? _outcomes.Done : InvalidationStatus.Rejected, token, reply.Failure is null ? null : Names(writes));
                    results.Add(result);
                    if (reply.Failure is not null) return results;
                    for (var i = 0; i < writes.Length; i++)
                    {
                        if (!reply.Refused.Contains(i) && _primary.Kept(writes[i], message.Sequence, result) is { Status: InvalidationStatus.Rejected } rejected) results.Add(rejected);
                    }
                }

                writes = [.. reply.Refused.Select(i => writes[i])];
                if (writes.Length == 0) return results;
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
            results.Add(_outcomes.Queue(new QueuedInvalidation(partition, InvalidationKind.Remove, Array.ConvertAll(writes, static w => w.Call.Key), default)));
            return results;
        }
    }

    private static string[] Names<T>(PendingWrite<T>[] writes) => Array.ConvertAll(writes, static w => w.Call.Key.Name);
}
