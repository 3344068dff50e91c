using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DistributedCache.Expiry;

/// <summary><see cref="Environment.TickCount64"/>, on 64-bit Linux asked of the kernel's own code in the process (vdso(7)), or else of the
/// C library: the same clock without the layers between, which cost more than the reading, and a hit is some twenty-five nanoseconds.</summary>
internal static unsafe class CoarseTime
{
    // CLOCK_MONOTONIC_COARSE, which the runtime reads too (linux/time.h).
    private const int MonotonicCoarse = 6;

    // Leaves the runtime for some nanoseconds and never blocks: no transition is needed.
    private static readonly delegate* unmanaged[SuppressGCTransition]<int, TimeSpec*, int> ClockGetTime = FindClock();

    private static readonly bool IsDirect = ClockGetTime != null;

    /// <summary>Monotonic milliseconds, in the clock's steps of at most 16.</summary>
    public static long Milliseconds
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsDirect ? Read(ClockGetTime) : Environment.TickCount64;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SkipLocalsInit]
    private static long Read(delegate* unmanaged[SuppressGCTransition]<int, TimeSpec*, int> clock)
    {
        TimeSpec time;
        _ = clock(MonotonicCoarse, &time);
        return (time.Seconds * 1000) + (long)((ulong)time.Nanoseconds / 1_000_000);
    }

    // Where neither has the call, or clocks have other numbers, the runtime's way is taken.
    private static delegate* unmanaged[SuppressGCTransition]<int, TimeSpec*, int> FindClock()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess) return null;
        foreach (var (library, name) in ((string, string)[])[("linux-vdso.so.1", "__vdso_clock_gettime"), ("linux-vdso.so.1", "__kernel_clock_gettime"), ("libc", "clock_gettime")])
        {
            if (!NativeLibrary.TryLoad(library, typeof(CoarseTime).Assembly, DllImportSearchPath.SafeDirectories, out var handle)) continue;
            if (!NativeLibrary.TryGetExport(handle, name, out var address)) continue;
            var clock = (delegate* unmanaged[SuppressGCTransition]<int, TimeSpec*, int>)address;
            TimeSpec time;
            if (clock(MonotonicCoarse, &time) == 0 && Math.Abs(Read(clock) - Environment.TickCount64) < 1000) return clock;
        }

        return null;
    }

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
