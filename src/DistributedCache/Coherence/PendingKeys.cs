namespace DistributedCache.Coherence;

/// <summary>The reads and writes of a partition's keys that are under way: what is applied to a key reaches them, and L1.</summary>
internal sealed class PendingKeys(ILocalDrops local)
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

    /// <summary>Drops or expires a key in L1, and tells those under way that a number was applied to it.</summary>
    public void Carry(string index, long sequence, InvalidationKind kind)
    {
        var isExpiry = kind == InvalidationKind.Expire;
        for (var pending = _first.GetValueOrDefault(index); pending is not null; pending = pending.Next) pending.Apply(sequence, leavesFallback: isExpiry);
        if (isExpiry) local.ExpireBelow(index, sequence);
        else local.DropBelow(index, sequence);
    }
}
