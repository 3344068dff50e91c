using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Queue;
using DistributedCache.Remote;

namespace DistributedCache.Pipeline;

/// <summary>Writes of primary values: stored in one step, rejected where the tier does not take them, and never queued.</summary>
internal sealed class PrimaryWrites(CacheEngine engine)
{
    private readonly WriteOutcomes _outcomes = new(engine);

    /// <summary>Sets a value.</summary>
    public async ValueTask<InvalidationResult> SetAsync<T>(int partition, PendingWrite<T> write)
    {
        // Nobody else has it and no load brings it: replaced in one step, so that no reader finds nothing in between, as one would after a
        // number that drops what is there.
        if (write.Call.Key.Kind == KeyKind.Distributed && !engine.Remote.HoldsValues && !engine.Remote.IsShared)
            return Kept(write, engine.KnownOf(partition).Seen, new InvalidationResult(_outcomes.Done));
        try
        {
            var result = await SendAsync(write.Remote, (sequence, result) => Kept(write, sequence, result)).ConfigureAwait(false);

            // One that was to be in L1 alone is nowhere: L1 keeps nothing that has yet to be numbered.
            return result.Status == InvalidationStatus.Queued && write.Remote.Envelope.IsEmpty ? Reject(write.Call.Key) : result;
        }
        catch (Exception exception)
        {
            engine.RemoteFailed(exception);
            return Reject(write.Call.Key);
        }
    }

    /// <summary>Removes a primary value that has failed to be removed under a number. Where the tier answered, its partition may be on the
    /// move: a plain removal, whose number follows, is carried out all the same. Where it did not, nothing says later which of two writes
    /// was the last, so none is queued.</summary>
    public async ValueTask<InvalidationResult> RemoveAsync(CacheKey key, Exception failure)
    {
        try
        {
            if (engine.Remote.IsAnswer(failure) && engine.Remote.HoldsValues)
                return await SendAsync(new RemoteWrite(key, default, default), static (_, result) => result).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            engine.RemoteFailed(exception);
        }

        return Reject(key);
    }

    /// <summary>Keeps in L1 what was set. Where L1 is all there is for a primary value, no room there means it was not stored.</summary>
    public InvalidationResult Kept<T>(PendingWrite<T> write, long sequence, InvalidationResult result)
    {
        var isKept = write.Keep(sequence);
        return isKept || engine.Remote.HoldsValues || !write.Call.Key.IsPrimary
            ? result
            : new InvalidationResult(InvalidationStatus.Rejected, result.Token, [write.Call.Key.Name]);
    }

    /// <summary>Stores a primary value, or removes it where there is none to store.</summary>
    /// <param name="write">The value.</param>
    /// <param name="keep">Keeps it in L1 under its number.</param>
    private async ValueTask<InvalidationResult> SendAsync(RemoteWrite write, Func<long, InvalidationResult, InvalidationResult> keep)
    {
        var partition = write.Key.Partition;
        for (var attempt = 0; attempt < WriteOutcomes.MaximumAttempts; attempt++)
        {
            var reply = await engine.Remote.SetPrimaryAsync(write, onlyIfAbsent: false, engine.KnownOf(partition), CancellationToken.None).ConfigureAwait(false);
            if (reply.IsNumberDue) return _outcomes.Queue(new QueuedInvalidation(partition, InvalidationKind.Set, [write.Key], default));
            if (reply.Invalidation is not { } message) return keep(engine.KnownOf(partition).Seen, new InvalidationResult(_outcomes.Done));
            if (await engine.Acknowledgements.ApplyAsync(message).ConfigureAwait(false) is { } token) return keep(message.Sequence, new InvalidationResult(_outcomes.Done, token));
        }

        throw WriteOutcomes.Lost();
    }

    private InvalidationResult Reject(in CacheKey key)
    {
        engine.DropLocally(key);
        return new InvalidationResult(InvalidationStatus.Rejected, default, [key.Name]);
    }
}
