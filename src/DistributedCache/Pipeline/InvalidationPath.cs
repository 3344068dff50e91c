using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Queue;

namespace DistributedCache.Pipeline;

/// <summary>The order of invalidating: the remote tier's partition numbers it, then this process carries it out. What the tier does not take
/// holds here, and is sent later.</summary>
internal sealed class InvalidationPath(CacheEngine engine, string tenant)
{
    private readonly WriteOutcomes _outcomes = new(engine);
    private readonly PrimaryWrites _primary = new(engine);

    public ValueTask<InvalidationResult> InvalidateAsync(InvalidationKind kind, string key, CancellationToken cancellationToken) =>
        InvalidateAsync(kind, engine.Key(tenant, key), cancellationToken);

    public ValueTask<InvalidationResult> InvalidateAsync(InvalidationKind kind, in CacheKey key, CancellationToken cancellationToken) =>
        InvalidateBatchAsync(kind, key.Partition, [key], cancellationToken);

    public async ValueTask<InvalidationResult> RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        CacheKey[] all = [.. keys.Distinct(StringComparer.Ordinal).Select(key => engine.Key(tenant, key))];
        var results = await Task.WhenAll(PartitionBatches.Of(all, engine.Coherence.Count, static key => key.Partition)
            .Select(batch => InvalidateBatchAsync(InvalidationKind.Remove, batch[0].Partition, batch, cancellationToken).AsTask())).ConfigureAwait(false);
        return _outcomes.Merge(results);
    }

    public async ValueTask<InvalidationResult> InvalidateAsync(Mark mark, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var result = await MarkAsync(engine.Calls.PartitionOf(mark), mark).ConfigureAwait(false);
        if (mark.Kind == MarkKind.Tag && result.Status != InvalidationStatus.Rejected)
        {
            WriteRecord.Note(engine, mark.Tenant, mark.Name);
            await engine.TellAsync(mark).ConfigureAwait(false);
        }

        return result;
    }

    /// <summary>A clear is a mark in every partition, and done when all have it.</summary>
    public async ValueTask<InvalidationResult> ClearAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var mark = Mark.ClearOf(tenant);
        return _outcomes.Merge(await Task.WhenAll(Enumerable.Range(0, engine.Coherence.Count).Select(p => MarkAsync(p, mark).AsTask())).ConfigureAwait(false));
    }

    private async ValueTask<InvalidationResult> MarkAsync(int partition, Mark mark)
    {
        try
        {
            for (var attempt = 0; attempt < WriteOutcomes.MaximumAttempts; attempt++)
            {
                var message = await engine.Remote.InvalidateAsync(partition, mark, engine.KnownOf(partition), CancellationToken.None).ConfigureAwait(false);
                if (await engine.Acknowledgements.ApplyAsync(message).ConfigureAwait(false) is { } token) return new InvalidationResult(_outcomes.Done, token);
            }

            throw WriteOutcomes.Lost();
        }
        catch (Exception exception)
        {
            engine.RemoteFailed(exception);
            return _outcomes.Queue(QueuedInvalidation.Of(partition, mark));
        }
    }

    /// <summary>Removes or expires keys of one partition under one number.</summary>
    public async ValueTask<InvalidationResult> InvalidateBatchAsync(
        InvalidationKind kind, int partition, CacheKey[] keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            for (var attempt = 0; attempt < WriteOutcomes.MaximumAttempts; attempt++)
            {
                var message = await engine.Remote.InvalidateAsync(partition, kind, keys, engine.KnownOf(partition), CancellationToken.None).ConfigureAwait(false);
                if (await engine.Acknowledgements.ApplyAsync(message).ConfigureAwait(false) is { } token) return new InvalidationResult(_outcomes.Done, token);
            }

            throw WriteOutcomes.Lost();
        }
        catch (Exception exception)
        {
            engine.RemoteFailed(exception);
            CacheKey[] cached = [.. keys.Where(static key => !key.IsPrimary)];
            InvalidationResult[] queued = cached.Length == 0 ? [] : [_outcomes.Queue(new QueuedInvalidation(partition, kind, cached, default))];
            var removed = keys.Where(static key => key.IsPrimary).Select(key => _primary.RemoveAsync(key, exception).AsTask());
            return _outcomes.Merge([.. queued, .. await Task.WhenAll(removed).ConfigureAwait(false)]);
        }
    }
}
