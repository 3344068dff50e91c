using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DistributedCache.Coherence;

/// <summary>All of coherence that a hit looks at: two numbers.</summary>
/// <remarks>An entry that was judged at <see cref="Current"/> is valid while <see cref="HitsThrough"/> lies ahead. On a cache line
/// of their own, since every hit of every thread reads them.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal sealed class CoherenceVersion
{
    [FieldOffset(64)]
    private long _current = 1;

    [FieldOffset(72)]
    private long _hitsThrough = long.MinValue;

    [FieldOffset(128)]
    private long _moment;

    [FieldOffset(136)]
    private long _freshThrough = long.MinValue;

    [FieldOffset(144)]
    private bool _isClosed;

    [FieldOffset(152)]
    private long _lastHold;

    /// <summary>What loads may read.</summary>
    [field: FieldOffset(160)]
    public SourceFloor Source { get; } = new();

    /// <summary>Rises with every tag, prefix, clear, floor and drop that is applied. Never 0: that is "never judged".</summary>
    public long Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _current);
    }

    /// <summary>The last monotonic millisecond at which every partition counts as verified.</summary>
    public long FreshThrough
    {
        get => Volatile.Read(ref _freshThrough);
        set
        {
            Volatile.Write(ref _freshThrough, value);
            OpenOrClose();
        }
    }

    /// <summary>What <see cref="FreshThrough"/> is to a hit: never, while the cache is disabled, which so costs a hit nothing to know.</summary>
    public long HitsThrough
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _hitsThrough);
    }

    /// <summary>Whether hits are answered at all.</summary>
    public bool IsOpen
    {
        get => !_isClosed;
        set
        {
            _isClosed = !value;
            OpenOrClose();
        }
    }

    /// <summary>Rises with every change of what was seen: a snapshot taken at this moment is current.</summary>
    public long Moment => Volatile.Read(ref _moment);

    /// <summary>The number of the last mark that was carried out here without a number of the remote tier's: what is loaded from now on
    /// is later. 0 while there was none.</summary>
    public long LastHold => Volatile.Read(ref _lastHold);

    /// <summary>The next such number. The version is to rise once the mark is held under it.</summary>
    public long Hold() => Interlocked.Increment(ref _lastHold);

    private void OpenOrClose() => Volatile.Write(ref _hitsThrough, _isClosed ? long.MinValue : FreshThrough);

    public void Rise()
    {
        Interlocked.Increment(ref _current);

        // After the version, which snapshots carry: one of this moment has it.
        Move();
    }

    public void Move() => Interlocked.Increment(ref _moment);
}
