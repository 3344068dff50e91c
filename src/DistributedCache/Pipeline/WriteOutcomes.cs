using DistributedCache.Queue;

namespace DistributedCache.Pipeline;

/// <summary>What the callers of writes are told.</summary>
internal sealed class WriteOutcomes(CacheEngine engine)
{
    // A write is lost only with a failover between its number and its answer.
    public const int MaximumAttempts = 8;

    /// <summary>What a write answers that was carried out everywhere.</summary>
    public InvalidationStatus Done => engine.Remote.IsShared ? InvalidationStatus.Acknowledged : InvalidationStatus.LocalOnly;

    /// <summary>Carries out here what the remote tier could not be told, and sends it later. No token is reached before that.</summary>
    public InvalidationResult Queue(QueuedInvalidation queued)
    {
        if (!engine.Queue.TryAdd(queued)) return new InvalidationResult(InvalidationStatus.Rejected, default, [.. queued.Keys.Select(static key => key.Name)]);
        WriteRecord.Note(engine, ConsistencyToken.NeverReached);
        return new InvalidationResult(InvalidationStatus.Queued, ConsistencyToken.NeverReached);
    }

    public static IOException Lost() => new("The write was acknowledged and lost again by its servers, each time it was sent.");

    /// <summary>The least that was reached, everything refused, and one token.</summary>
    public InvalidationResult Merge(IReadOnlyList<InvalidationResult> results)
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
