using DistributedCache.Coherence;

namespace DistributedCache.Queue;

/// <summary>What is to be sent, in order for each partition, and no more than a bound: over it all of it becomes one clear of every
/// partition, which says more and is sent first. Not thread-safe.</summary>
internal sealed class PendingInvalidations(int partitions, int maximum)
{
    private readonly Queue<QueuedInvalidation>[] _queues = [.. Enumerable.Range(0, partitions).Select(static _ => new Queue<QueuedInvalidation>())];

    /// <summary>Keys and marks that wait; a clear of everything counts once for each partition.</summary>
    public int Length { get; private set; }

    /// <summary>Partitions with something to send.</summary>
    public IEnumerable<int> Partitions => Enumerable.Range(0, partitions).Where(partition => _queues[partition].Count > 0);

    /// <summary>Adds one; answers those that a clear of everything now stands for, null where there is room.</summary>
    public IReadOnlyList<QueuedInvalidation>? Add(QueuedInvalidation added)
    {
        if (Length + added.Length <= maximum)
        {
            _queues[added.Partition].Enqueue(added);
            Length += added.Length;
            return null;
        }

        QueuedInvalidation[] replaced = [.. _queues.SelectMany(static queue => queue), added];
        for (var partition = 0; partition < partitions; partition++)
        {
            _queues[partition].Clear();
            _queues[partition].Enqueue(new QueuedInvalidation(partition, InvalidationKind.Mark, [], Mark.Clear));
        }

        Length = partitions;
        return replaced;
    }

    /// <summary>The partition's next; null where there is none.</summary>
    public QueuedInvalidation? Peek(int partition) => _queues[partition].TryPeek(out var next) ? next : null;

    /// <summary>Takes out what was sent, if it is still the partition's next: meanwhile a clear may have taken its place.</summary>
    public bool TryRemove(QueuedInvalidation sent)
    {
        if (!ReferenceEquals(Peek(sent.Partition), sent)) return false;
        _queues[sent.Partition].Dequeue();
        Length -= sent.Length;
        return true;
    }
}
