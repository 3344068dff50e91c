using System.Runtime.CompilerServices;
using DistributedCache.Coherence;

namespace DistributedCache.Local;

/// <summary>
/// One cached value, and at once the node of the index's chain and of the eviction queue: a second object
/// per entry would cost more than all the fields here. 112 bytes on a 64-bit runtime; a test holds it there.
/// </summary>
/// <remarks>
/// Readers hold entries without a lock, so what a hit reads stays valid after the entry left the store.
/// An entry is put at most once.
/// </remarks>
internal class LocalEntry
{
    // The runtime lays out references, then longs, then ints, each in this order: what a hit reads stands together, 60 bytes from
    // the chain's link to the marks, so that it touches two cache lines and not three.

    /// <summary>The next younger of the eviction queue; the lock's.</summary>
    internal LocalEntry? QueueNext;

    /// <summary>What the entry is judged by; opaque here.</summary>
    public StampSet? Stamps;

    /// <summary>The next of the index's chain. It outlives the removal: a reader may be standing here.</summary>
    internal LocalEntry? Next;

    public readonly string Key;

    /// <summary>Never null; a marker stands for a cached null.</summary>
    public readonly object Value;

    /// <summary>Monotonic milliseconds; a hit is allowed while now is less. <see cref="long.MaxValue"/> is without end.</summary>
    public long Deadline;

    /// <summary>The version at which the entry was last found valid; opaque here, read and written by <see cref="Volatile"/>.</summary>
    public long JudgedAt;

    /// <summary>The key's stamp; opaque here.</summary>
    public long Sequence;

    public readonly int Hash;

    /// <summary>Opaque here.</summary>
    public int CounterId;

    // Four bytes of marks, as one int so that they stand here: the runtime lays single bytes out last.
    private int _marks;

    /// <summary>Bytes, at least 1.</summary>
    public readonly int Weight;

    /// <summary>Milliseconds from <see cref="Deadline"/> to the end of the fresh lifetime.</summary>
    public uint EarlyWindow;

    /// <summary>Milliseconds of the whole fresh lifetime.</summary>
    public uint Lifetime;

    /// <summary>Milliseconds after the fresh lifetime in which the entry is still a fallback.</summary>
    public uint StaleFor;

    /// <summary>Milliseconds that loading the value took.</summary>
    public uint LoadDuration;

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="weight"/> is less than 1.</exception>
    public LocalEntry(string key, object value, int weight, byte region = 0)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentOutOfRangeException.ThrowIfLessThan(weight, 1);

        Key = key;
        Value = value;
        Weight = weight;
        Mark(0) = region;
        Hash = KeyHash.Compute(key);
    }

    /// <summary>The index of the region, 0 for the store's rest.</summary>
    public byte Region => Mark(0);

    /// <summary>
    /// What hits leave behind: in an adaptive region a count from 0 to 3, in an LRU region the generation of the
    /// last read. A byte of its own, so that a racing hit disturbs nothing else; a lost one is harmless.
    /// </summary>
    internal ref byte Frequency => ref Mark(1);

    internal EntryState State
    {
        get => (EntryState)Mark(2);
        set => Mark(2) = (byte)value;
    }

    /// <summary>Which of its region's queues the entry stands in.</summary>
    internal ref byte Queue => ref Mark(3);

    /// <summary>The end of the fresh lifetime, monotonic milliseconds.</summary>
    public long FreshUntil => Deadline > long.MaxValue - EarlyWindow ? long.MaxValue : Deadline + EarlyWindow;

    /// <summary>The begin of the fresh lifetime, monotonic milliseconds.</summary>
    public long Created => FreshUntil - Lifetime;

    /// <summary>No longer even a fallback. The subtraction is on the side that cannot overflow.</summary>
    public bool IsGone(long now) => now - EarlyWindow - StaleFor >= Deadline;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref byte Mark(int index) => ref Unsafe.Add(ref Unsafe.As<int, byte>(ref _marks), index);
}

internal enum EntryState : byte
{
    New,
    Live,

    /// <summary>Out of the index and of all accounts, though a queue or a reader may still hold it.</summary>
    Dead,
}
