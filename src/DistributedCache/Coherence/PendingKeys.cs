namespace DistributedCache.Coherence;

/// <summary>The reads and writes of a partition's keys that are under way.</summary>
internal sealed class PendingKeys
{
    private readonly Dictionary<string, PendingKey> _first = [];

    public void Add(PendingKey pending)
    {
        pending.Next = _first.GetValueOrDefault(pending.Index);
        _first[pending.Index] = pending;
    }

    public void Remove(PendingKey pending)
    {
        var first = _first.GetValueOrDefault(pending.Index);
        if (first == pending)
        {
            if (pending.Next is null) _first.Remove(pending.Index);
            else _first[pending.Index] = pending.Next;
            return;
        }

        for (var before = first; before is not null; before = before.Next)
        {
            if (before.Next != pending) continue;
            before.Next = pending.Next;
            return;
        }
    }

    /// <summary>Tells those of a key that a number was applied to it.</summary>
    public void Apply(string index, long sequence, bool leavesFallback = false)
    {
        for (var pending = _first.GetValueOrDefault(index); pending is not null; pending = pending.Next) pending.Apply(sequence, leavesFallback);
    }
}
