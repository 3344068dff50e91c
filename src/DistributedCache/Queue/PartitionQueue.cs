using DistributedCache.Coherence;

namespace DistributedCache.Queue;

/// <summary>What one partition is to be told, in order, and nothing twice. Not thread-safe.</summary>
internal sealed class PartitionQueue
{
    private readonly Queue<QueuedInvalidation> _waiting = new();

    // What has yet to be sent, which so stands for the same asked again. What is under way does not: it may have been carried out before.
    private readonly Dictionary<string, QueuedInvalidation> _keys = [];
    private readonly Dictionary<Mark, QueuedInvalidation> _marks = [];

    /// <summary>Keys and marks that wait.</summary>
    public int Length { get; private set; }

    /// <summary>Whether one that names the key has yet to be sent.</summary>
    public bool Has(string index) => _keys.ContainsKey(index);

    /// <summary>Whether the mark has yet to be sent.</summary>
    public bool Has(Mark mark) => _marks.ContainsKey(mark);

    /// <summary>Whether a clear of everything is the next, or under way.</summary>
    public bool BeginsWithClear => _waiting.TryPeek(out var next) && next.Mark == Mark.Clear;

    /// <summary>Whether what has yet to be sent does to a key what such an invalidation would.</summary>
    public bool Covers(string index, InvalidationKind kind) =>
        (_keys.TryGetValue(index, out var present) && (present.Kind == kind || present.Kind == InvalidationKind.Remove))
        || (kind != InvalidationKind.Set && Has(Mark.Clear));

    public void Add(QueuedInvalidation added)
    {
        _waiting.Enqueue(added);
        Length += added.Length;
        foreach (var key in added.Keys) _keys[key.Index] = added;
        if (added.Kind == InvalidationKind.Mark) _marks[added.Mark] = added;
    }

    /// <summary>The next, which is sent from now on; null where there is none. It stays the next until it is taken out.</summary>
    public QueuedInvalidation? Send()
    {
        if (!_waiting.TryPeek(out var next)) return null;
        foreach (var key in next.Keys)
        {
            if (_keys.TryGetValue(key.Index, out var named) && ReferenceEquals(named, next)) _keys.Remove(key.Index);
        }

        if (_marks.TryGetValue(next.Mark, out var marked) && ReferenceEquals(marked, next)) _marks.Remove(next.Mark);
        return next;
    }

    /// <summary>Takes out the next, once it was sent; false where that is another by now.</summary>
    public bool TryRemove(QueuedInvalidation sent)
    {
        if (!_waiting.TryPeek(out var next) || !ReferenceEquals(next, sent)) return false;
        _waiting.Dequeue();
        Length -= sent.Length;
        return true;
    }

    /// <summary>Puts a clear of everything in the place of all that it can stand for; answers those.</summary>
    public QueuedInvalidation[] Collapse(QueuedInvalidation clear)
    {
        var all = _waiting.ToArray();
        _waiting.Clear();
        _keys.Clear();
        _marks.Clear();
        Length = 0;
        Add(clear);
        foreach (var kept in all.Where(static one => one.IsNumberAlone)) Add(kept);
        return [.. all.Where(static one => !one.IsNumberAlone)];
    }
}
