namespace DistributedCache.Local;

/// <summary>
/// The part of the store that one budget holds for, and the order in which its entries give way.
/// All under the store's lock, but for <see cref="Bytes"/> and <see cref="Count"/>.
/// </summary>
internal abstract class Region(EvictionKind kind, long budget)
{
    private long _bytes;
    private int _count;

    public EvictionKind Kind => kind;

    public long Budget => budget;

    /// <summary>Weight of the living, at most <see cref="Budget"/> at any time.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    public int Count => Volatile.Read(ref _count);

    /// <summary>The queues that hold the entries, by <see cref="LocalEntry.Queue"/>.</summary>
    public abstract ReadOnlySpan<EntryQueue> Queues { get; }

    public bool HasRoomFor(LocalEntry entry) => entry.Weight <= budget - _bytes;

    /// <summary>Adds an entry there is room for. Where it follows one of its key in this region, that one's standing is inherited.</summary>
    public void Add(LocalEntry entry, LocalEntry? replaced)
    {
        entry.State = EntryState.Live;
        Account(entry.Weight, 1);
        Link(entry, replaced);
    }

    /// <summary>Removes any living entry.</summary>
    public void Remove(LocalEntry entry)
    {
        entry.State = EntryState.Dead;
        Account(-entry.Weight, -1);
        Queues[entry.Queue].Remove(entry);
    }

    /// <summary>Removes the entry that should give way first; null if none may.</summary>
    public LocalEntry? RemoveVictim(long now)
    {
        var victim = DequeueVictim(now);
        if (victim is not null)
        {
            victim.State = EntryState.Dead;
            Account(-victim.Weight, -1);
        }

        return victim;
    }

    public void Clear()
    {
        Account(-_bytes, -_count);
        foreach (var queue in Queues)
            queue.Clear();
    }

    /// <summary>Notes a hit, without the lock.</summary>
    public abstract void Touch(LocalEntry entry);

    protected abstract void Link(LocalEntry entry, LocalEntry? replaced);

    protected abstract LocalEntry? DequeueVictim(long now);

    protected void Enqueue(LocalEntry entry, int queue)
    {
        entry.Queue = (byte)queue;
        Queues[queue].Enqueue(entry);
    }

    private void Account(long bytes, int count)
    {
        Volatile.Write(ref _bytes, _bytes + bytes);
        Volatile.Write(ref _count, _count + count);
    }
}
