using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DistributedCache.Coherence;

/// <summary>All of coherence that a hit looks at: two numbers.</summary>
/// <remarks>An entry that was judged at <see cref="Current"/> is valid while <see cref="FreshThrough"/> lies ahead. On a cache line
/// of their own, since every hit of every thread reads them.</remarks>
[StructLayout(LayoutKind.Explicit, Size = 192)]
internal sealed class CoherenceVersion
{
    [FieldOffset(64)]
    private long _current = 1;

    [FieldOffset(72)]
    private long _freshThrough = long.MinValue;

    [FieldOffset(128)]
    private long _moment;

    /// <summary>Rises with every tag, prefix, clear, floor and drop that is applied. Never 0: that is "never judged".</summary>
    public long Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _current);
    }

    /// <summary>The last monotonic millisecond at which every partition counts as verified.</summary>
    public long FreshThrough
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _freshThrough);
        set => Volatile.Write(ref _freshThrough, value);
    }

    /// <summary>Rises with every change of what was seen: a snapshot taken at this moment is current.</summary>
    public long Moment => Volatile.Read(ref _moment);

    public void Rise()
    {
        Move();
        Interlocked.Increment(ref _current);
    }

    public void Move() => Interlocked.Increment(ref _moment);
}
