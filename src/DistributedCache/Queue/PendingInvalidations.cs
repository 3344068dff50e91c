using DistributedCache.Coherence;

namespace DistributedCache.Queue;

/// <summary>Invalidations on their way to the remote tier: carried out and held here as they come, let go when they were sent; and no more
/// than a bound. Over it all of them become one clear of every partition, which says more and is sent first. Not thread-safe.</summary>
internal sealed class PendingInvalidations(CoherenceState coherence, int maximum)
{
    private readonly PartitionQueue[] _queues = [.. Enumerable.Range(0, coherence.Count).Select(static _ => new PartitionQueue())];

    // As many as waited, and the one that was too many; what comes then was told of once.
    private readonly HashSet<Mark> _collapsedTags = [];

    /// <summary>Keys and marks that wait; a clear of everything counts once for each partition.</summary>
    public int Length => _queues.Sum(static queue => queue.Length);

    /// <summary>Partitions with something to send.</summary>
    public IEnumerable<int> Partitions => Enumerable.Range(0, _queues.Length).Where(partition => _queues[partition].Length > 0);

    /// <summary>Carries one out here, and lets it wait.</summary>
    /// <param name="added">It.</param>
    /// <param name="collapsed">How many a clear of everything stands for from now on.</param>
    /// <returns>False for a number alone for which there is no room: nothing can stand for it.</returns>
    public bool TryAdd(QueuedInvalidation added, out int collapsed)
    {
        collapsed = 0;
        if (HoldNew(added) is not { } novel || TryEnqueue(novel)) return true;
        collapsed = Length + novel.Length;
        Collapse(novel);
        return !novel.IsNumberAlone || TryEnqueue(novel);
    }

    /// <summary>The partition's next, which is sent from now on; null where there is none.</summary>
    public QueuedInvalidation? Send(int partition) => _queues[partition].Send();

    /// <summary>Takes out what was sent and carried out with its number, and lets go of what it held. Nothing happens where a clear has
    /// taken its place meanwhile, which is to be sent yet.</summary>
    public bool TryRemove(QueuedInvalidation sent)
    {
        if (!_queues[sent.Partition].TryRemove(sent)) return false;
        Release(sent);
        return true;
    }

    /// <summary>Takes out the tags for which a clear stood in that every partition has taken since; none before.</summary>
    public Mark[] TakeClearedTags()
    {
        // Of all partitions, since a tag concerns entries of each.
        if (_collapsedTags.Count == 0 || _queues.Any(static queue => queue.BeginsWithClear)) return [];
        Mark[] cleared = [.. _collapsedTags];
        _collapsedTags.Clear();
        return cleared;
    }

    private bool TryEnqueue(QueuedInvalidation added)
    {
        if (Length + added.Length > maximum) return false;
        _queues[added.Partition].Add(added);
        return true;
    }

    /// <summary>Carries it out here; answers what of it does not wait to be sent already.</summary>
    private QueuedInvalidation? HoldNew(QueuedInvalidation added)
    {
        var queue = _queues[added.Partition];
        var partition = coherence[added.Partition];
        if (added.Kind == InvalidationKind.Mark)
        {
            // Anew also where it is held: what was loaded since is older than this.
            lock (partition.Lock) partition.Held.Hold(added.Mark);
            return queue.Has(added.Mark) ? null : added;
        }

        lock (partition.Lock)
        {
            foreach (var key in added.Keys)
            {
                // Held first, at one time: no load begins in between that reads what is to be removed.
                if (!added.IsNumberAlone && !queue.Covers(key.Index, added.Kind)) partition.Held.Hold(key.Index);
                partition.Forget(key.Index, added.Kind);
            }
        }

        added = added with { Keys = Array.FindAll(added.Keys, key => !queue.Covers(key.Index, added.Kind)) };
        return added.Keys.Length == 0 ? null : added;
    }

    private void Collapse(QueuedInvalidation added)
    {
        var replaced = new List<QueuedInvalidation>();
        for (var number = 0; number < _queues.Length; number++)
        {
            lock (coherence[number].Lock) coherence[number].Held.Hold(Mark.Clear);
            replaced.AddRange(_queues[number].Collapse(QueuedInvalidation.Of(number, Mark.Clear)));
        }

        // Only now, since a tag concerns entries of every partition.
        if (!added.IsNumberAlone) replaced.Add(added);
        foreach (var one in replaced)
        {
            Release(one);
            if (one is { Kind: InvalidationKind.Mark, Mark.Kind: MarkKind.Tag } && _collapsedTags.Count <= maximum) _collapsedTags.Add(one.Mark);
        }
    }

    private void Release(QueuedInvalidation done)
    {
        var queue = _queues[done.Partition];
        var partition = coherence[done.Partition];
        lock (partition.Lock)
        {
            foreach (var key in done.Keys)
            {
                if (!queue.Has(key.Index)) partition.Held.Release(key.Index);
            }

            if (done.Kind == InvalidationKind.Mark && !queue.Has(done.Mark)) partition.Held.Release(done.Mark);
        }
    }
}
