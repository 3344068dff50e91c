namespace DistributedCache.Local;

/// <summary>
/// S3-FIFO: "FIFO queues are all you need for cache eviction", Yang, Zhang, Qiu, Yue, Rashmi; SOSP 2023
/// (https://doi.org/10.1145/3600006.3613147). New entries pass a small queue, and only what was read there, or
/// comes back soon after it left, gets into the main one. Hits set a counter, so they take no lock.
/// </summary>
internal sealed class AdaptiveRegion(long budget) : Region(EvictionKind.Adaptive, budget)
{
    private const int Small = 0;
    private const int Main = 1;
    private const byte MaxFrequency = 3;

    // Each turn lowers a counter, so evictions are cheap on average; the bound keeps a single one short when
    // everything was read. Then the oldest goes although it was read.
    private const int MaxTurns = 1024;

    private readonly EntryQueue[] _queues = [new(), new()];
    private readonly GhostTable _ghosts = new();
    private readonly long _smallBudget = budget / 10;

    public override ReadOnlySpan<EntryQueue> Queues => _queues;

    public override void Touch(LocalEntry entry) => Note(entry);

    /// <summary><see cref="Touch"/> where the region is known to be adaptive, spared the virtual call.</summary>
    public static void Note(LocalEntry entry)
    {
        // Written only while it changes, so that a hot entry's cache line stays shared between cores.
        var frequency = entry.Frequency;
        if (frequency < MaxFrequency)
            entry.Frequency = (byte)(frequency + 1);
    }

    protected override void Link(LocalEntry entry, LocalEntry? replaced)
    {
        if (replaced is not null)
        {
            entry.Frequency = replaced.Frequency;
            Enqueue(entry, replaced.Queue);
        }
        else
        {
            Enqueue(entry, _ghosts.Remove(entry.Hash) ? Main : Small);
        }
    }

    protected override LocalEntry? DequeueVictim(long now)
    {
        for (var turns = 0; ; turns++)
        {
            var fromSmall = _queues[Small].Bytes > _smallBudget || _queues[Main].Count == 0;
            if (_queues[fromSmall ? Small : Main].Dequeue() is not { } entry)
                return null;

            var frequency = entry.Frequency;
            if (entry.IsGone(now) || turns >= MaxTurns)
                return entry;

            if (fromSmall)
            {
                if (frequency <= 1)
                {
                    _ghosts.Add(entry.Hash, Count);
                    return entry;
                }

                entry.Frequency = 0;
            }
            else
            {
                if (frequency == 0)
                    return entry;

                entry.Frequency = (byte)(frequency - 1);
            }

            Enqueue(entry, Main);
        }
    }
}
