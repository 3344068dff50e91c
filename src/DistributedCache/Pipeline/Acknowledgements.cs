using DistributedCache.Coherence;

namespace DistributedCache.Pipeline;

/// <summary>What this node does with its own writes once the remote tier has numbered them, and where it finds out that one is lost since.</summary>
internal sealed class Acknowledgements(CacheEngine engine, Follower follower)
{
    /// <summary>Carries out a write of this node's, acknowledged.</summary>
    /// <returns>Its token; null where it was lost since, and is to be sent again. Fails where that can't be found out.</returns>
    public ValueTask<ConsistencyToken?> ApplyAsync(Invalidation message)
    {
        var partition = engine.Coherence[message.Partition];
        Progress progress;
        lock (partition.Lock) progress = partition.ApplyOwn(message);
        if (progress == Progress.Lost) return ApplyAfterSyncAsync(message);

        // An acknowledgement that is ahead of its messages is no loss; one from another era is news of it.
        if (progress == Progress.Foreign) follower.CatchUp(message.Partition);
        return ValueTask.FromResult<ConsistencyToken?>(NotedTokenOf(message));
    }

    /// <summary>Which incarnation is in force, and whether a number is among its own, only a head that is read now can tell.</summary>
    private async ValueTask<ConsistencyToken?> ApplyAfterSyncAsync(Invalidation message)
    {
        await follower.SyncAsync(message.Partition).ConfigureAwait(false);
        var partition = engine.Coherence[message.Partition];
        lock (partition.Lock) return partition.IsLost(message) ? null : NotedTokenOf(message);
    }

    private ConsistencyToken NotedTokenOf(Invalidation message)
    {
        var token = new ConsistencyToken(new TokenPart(message.Partition, message.Incarnation, message.Base, message.Sequence), engine.Coherence.HashHeads());
        WriteRecord.Note(engine, token);
        return token;
    }
}
