namespace DistributedCache.Local;

/// <summary>Entries leave by time or by request only. A full region looks for expired ones, else there is no room.</summary>
internal sealed class NeverRegion(long budget) : Region(EvictionKind.Never, budget)
{
    // A region that stays full must not make every put a walk under the lock: this many entries are looked at
    // in one tick of the clock, each call going on where the last one stopped.
    private const int ScansPerTick = 1024;

    private readonly EntryQueue[] _queues = [new()];
    private long _tick = long.MinValue;
    private int _scans;

    public override ReadOnlySpan<EntryQueue> Queues => _queues;

    public override void Touch(LocalEntry entry)
    {
    }

    protected override void Link(LocalEntry entry, LocalEntry? replaced) => Enqueue(entry, 0);

    protected override LocalEntry? DequeueVictim(long now)
    {
        if (now != _tick)
            (_tick, _scans) = (now, Math.Min(ScansPerTick, Count));

        while (_scans > 0 && _queues[0].Dequeue() is { } entry)
        {
            _scans--;
            if (entry.IsGone(now))
                return entry;

            Enqueue(entry, 0);
        }

        return null;
    }
}
