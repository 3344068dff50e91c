namespace DistributedCache.Coherence;

/// <summary>A read or write of a key that is under way: what it brings is judged by what was applied here meanwhile.</summary>
/// <remarks>Registered before the request is sent. Guarded by its partition's lock, but for its numbers, which joiners of
/// a flight and who serves what was found before read without it.</remarks>
internal abstract class PendingKey
{
    private long _highest = -1;
    private long _removed = -1;

    public abstract string Index { get; }

    /// <summary>The partition's generation when it was registered.</summary>
    public int Generation { get; set; }

    /// <summary>The highest number applied for the key since; -1 for none.</summary>
    public long Highest => Volatile.Read(ref _highest);

    /// <summary>The highest of those that left no fallback; -1 for none.</summary>
    public long Removed => Volatile.Read(ref _removed);

    public PendingKey? Next { get; set; }

    public void Apply(long sequence, bool leavesFallback = false)
    {
        if (sequence > _highest) Volatile.Write(ref _highest, sequence);
        if (sequence > _removed && !leavesFallback) Volatile.Write(ref _removed, sequence);
    }
}
