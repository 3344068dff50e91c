namespace DistributedCache.Local;

/// <summary>
/// A first-in-first-out queue that runs through the entries. All under the store's lock.
/// </summary>
/// <remarks>
/// An entry removed from the middle stays linked as a dead one, for the link to it is not known. What dead ones
/// keep alive is bounded: once it exceeds an eighth of the living, each removal pays for looking through
/// <see cref="ScanRate"/> times its own bytes of the queue, so no removal pays for all of it and no pattern of
/// puts and removes lets the dead gather.
/// </remarks>
/// <param name="deadAllowance">Bytes of dead ones that are never worth a look.</param>
internal sealed class EntryQueue(long deadAllowance = EntryQueue.DeadAllowance)
{
    public const long DeadAllowance = 128 * NodeBytes;

    private const int ScanRate = 16;
    private const int NodeBytes = 128;

    private LocalEntry? _head;
    private LocalEntry? _tail;
    private LocalEntry? _scanned;
    private bool _scanning;
    private long _deadBytes;

    /// <summary>Weight of the living.</summary>
    public long Bytes { get; private set; }

    /// <summary>Number of the living.</summary>
    public int Count { get; private set; }

    /// <summary>Number of the dead that are still linked.</summary>
    public int DeadCount { get; private set; }

    /// <summary>The oldest, dead ones included.</summary>
    public LocalEntry? Head => _head;

    public void Enqueue(LocalEntry entry)
    {
        if (_tail is null)
            _head = entry;
        else
            _tail.QueueNext = entry;

        _tail = entry;
        Bytes += entry.Weight;
        Count++;
    }

    /// <summary>The oldest living entry, no longer in the queue; null if there is none.</summary>
    public LocalEntry? Dequeue()
    {
        while (_head is { } entry)
        {
            Unlink(null, entry);
            if (entry.State != EntryState.Dead)
            {
                Bytes -= entry.Weight;
                Count--;
                return entry;
            }
        }

        return null;
    }

    /// <summary>Takes an entry that has just died out of the accounts, and pays for clearing up.</summary>
    public void Remove(LocalEntry entry)
    {
        Bytes -= entry.Weight;
        Count--;
        DeadCount++;
        _deadBytes += Cost(entry);

        _scanning |= _deadBytes > (Bytes + (long)Count * NodeBytes) / 8 + deadAllowance;
        for (var pay = Cost(entry) * ScanRate; _scanning && pay > 0;)
            pay -= ScanNext();
    }

    /// <summary>Forgets all, living and dead.</summary>
    public void Clear()
    {
        (_head, _tail, _scanned, _scanning) = (null, null, null, false);
        (Bytes, Count, DeadCount, _deadBytes) = (0, 0, 0, 0);
    }

    private long ScanNext()
    {
        var entry = _scanned is null ? _head : _scanned.QueueNext;
        if (entry is null)
        {
            _scanned = null;
            _scanning = false;
            return 0;
        }

        if (entry.State == EntryState.Dead)
            Unlink(_scanned, entry);
        else
            _scanned = entry;

        return Cost(entry);
    }

    // The link is cut too: an old dead entry that pointed at young ones would keep those from being collected
    // until a full collection, and each of them its own successors.
    private void Unlink(LocalEntry? previous, LocalEntry entry)
    {
        if (previous is null)
            _head = entry.QueueNext;
        else
            previous.QueueNext = entry.QueueNext;

        if (_tail == entry)
            _tail = previous;
        if (_scanned == entry)
            _scanned = null;
        entry.QueueNext = null;

        if (entry.State == EntryState.Dead)
        {
            DeadCount--;
            _deadBytes -= Cost(entry);
        }
    }

    private static long Cost(LocalEntry entry) => (long)entry.Weight + NodeBytes;
}
