using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DistributedCache.Expiry;

/// <summary><see cref="Environment.TickCount64"/>, on 64-bit Linux asked of the C library itself: the same clock, read for 4 ns and not
/// 6 because no layer of the runtime's lies between, and a hit is some twenty-five.</summary>
internal static unsafe partial class CoarseTime
{
    // CLOCK_MONOTONIC_COARSE, which the runtime reads too (linux/time.h).
    private const int MonotonicCoarse = 6;

    private static readonly bool IsDirect = OperatingSystem.IsLinux() && Environment.Is64BitProcess && CanCall();

    /// <summary>Monotonic milliseconds, in the clock's steps of at most 16.</summary>
    public static long Milliseconds
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => IsDirect ? Read() : Environment.TickCount64;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Read()
    {
        TimeSpec time;
        _ = ClockGetTime(MonotonicCoarse, &time);
        return (time.Seconds * 1000) + (long)((ulong)time.Nanoseconds / 1_000_000);
    }

    // A C library that lacks the call, or clocks of another number: then the runtime's way.
    private static bool CanCall()
    {
        try
        {
            TimeSpec time;
            return ClockGetTime(MonotonicCoarse, &time) == 0 && Math.Abs(Read() - Environment.TickCount64) < 1000;
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
    }

    // Leaves the runtime for some nanoseconds and never blocks: no transition is needed.
    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ClockGetTime(int clock, TimeSpec* time);

    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
