using System.Runtime.CompilerServices;

namespace DistributedCache.Expiry;

/// <summary>The library's two clocks, in milliseconds: a monotonic one for deadlines, the wall clock for what is stored remotely.</summary>
/// <remarks>With the system's time provider the monotonic clock is <see cref="CoarseTime"/>: a fifth of the cost of a
/// time stamp, and read by every hit. Another provider is asked, so that a test's steps count to the millisecond.</remarks>
internal sealed class CacheClock(TimeProvider provider)
{
    private readonly TimeProvider? _provider = provider == TimeProvider.System ? null : provider;

    public TimeProvider Provider => provider;

    /// <summary>The clock's coarsest step in milliseconds, to be taken off a bound on staleness.</summary>
    public long Step => _provider is null ? 16 : 1;

    /// <summary>Monotonic milliseconds.</summary>
    public long Now
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _provider is null ? CoarseTime.Milliseconds : Ask(_provider);
    }

    /// <summary>Unix milliseconds.</summary>
    public long UtcNow => provider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>A timer that does not keep its creator's ambient data alive.</summary>
    public ITimer CreateTimer(TimerCallback callback, object state, TimeSpan period)
    {
        if (ExecutionContext.IsFlowSuppressed()) return provider.CreateTimer(callback, state, period, period);
        using (ExecutionContext.SuppressFlow())
            return provider.CreateTimer(callback, state, period, period);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long Ask(TimeProvider provider) =>
        (long)(provider.GetTimestamp() * (Int128)1000 / provider.TimestampFrequency);
}
