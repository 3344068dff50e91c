namespace DistributedCache.Local;

/// <summary>
/// Least recently read first, to a granularity of one sixteenth of the region. A hit writes the number of the
/// current generation into the entry, nothing else; a new generation begins whenever a sixteenth of the budget
/// was added. What stands oldest and was read since moves, when its turn comes, to the generation of its last
/// read, and what was not read goes. So the order is exact between generations and first-in-first-out within
/// one. Several lists by age instead of exact order are known from Linux' multi-generational LRU
/// (https://docs.kernel.org/admin-guide/mm/multigen_lru.html).
/// </summary>
internal sealed class LruRegion : Region
{
    /// <summary>More than the sixteen in use, for where removals thin generations out.</summary>
    private const int MaxGenerations = 32;
    private const int Resolution = 16;
    private const int MaxTurns = 1024;

    private readonly EntryQueue[] _queues = new EntryQueue[MaxGenerations];
    private readonly long _generationBytes;
    private long _addedBytes;
    private byte _oldest;
    private byte _current;

    public LruRegion(long budget) : base(EvictionKind.Lru, budget)
    {
        _generationBytes = Math.Max(1, budget / Resolution);
        for (var i = 0; i < _queues.Length; i++)
            _queues[i] = new EntryQueue(EntryQueue.DeadAllowance / MaxGenerations);
    }

    public override ReadOnlySpan<EntryQueue> Queues => _queues;

    public override void Touch(LocalEntry entry)
    {
        var generation = Volatile.Read(ref _current);
        if (entry.Frequency != generation)
            entry.Frequency = generation;
    }

    protected override void Link(LocalEntry entry, LocalEntry? replaced)
    {
        _addedBytes += entry.Weight;
        if (_addedBytes >= _generationBytes)
            BeginGeneration();

        entry.Frequency = _current;
        Enqueue(entry, QueueOf(_current));
    }

    protected override LocalEntry? DequeueVictim(long now)
    {
        for (var turns = 0; ; turns++)
        {
            var entry = _queues[QueueOf(_oldest)].Dequeue();
            if (entry is null)
            {
                if (_oldest == _current)
                    return null;
                _oldest++;
                continue;
            }

            var read = entry.Frequency;
            var since = (byte)(read - _oldest);
            if (since == 0 || since > (byte)(_current - _oldest) || turns >= MaxTurns || entry.IsGone(now))
                return entry;

            Enqueue(entry, QueueOf(read));
        }
    }

    // With all generations in use the current one goes on: the order is coarser until evictions empty the oldest.
    private void BeginGeneration()
    {
        while (_oldest != _current && _queues[QueueOf(_oldest)].Count == 0)
        {
            // Nothing lives there: this only drops its dead, for the queue will serve a later generation.
            _queues[QueueOf(_oldest)].Dequeue();
            _oldest++;
        }

        if ((byte)(_current - _oldest) == MaxGenerations - 1)
            return;

        _addedBytes = 0;
        Volatile.Write(ref _current, (byte)(_current + 1));
    }

    private static int QueueOf(byte generation) => generation % MaxGenerations;
}
