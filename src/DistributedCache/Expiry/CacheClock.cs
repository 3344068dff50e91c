using System.Runtime.CompilerServices;

namespace DistributedCache.Expiry;

/// <summary>The library's two clocks, in milliseconds: a monotonic one for deadlines, the wall clock for what is stored remotely.</summary>
/// <remarks>With the system's time provider the monotonic clock is <see cref="CoarseTime"/>: a fifth of the cost of a
/// time stamp, and read by every hit. Another provider is asked, so that a test's steps count to the millisecond.</remarks>
internal sealed class CacheClock(TimeProvider provider)
{
    private readonly TimeProvider? _provider = provider == TimeProvider.System ? null : provider;

    private volatile Reading? _wall;

    public TimeProvider Provider => provider;

    /// <summary>The clock's coarsest step in milliseconds, to be taken off a bound on staleness.</summary>
    public long Step => _provider is null ? 16 : 1;

    /// <summary>Monotonic milliseconds.</summary>
    public long Now
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _provider is null ? CoarseTime.Milliseconds : Ask(_provider);
    }

    /// <summary>Unix milliseconds; with the system's time provider read once for each step of the coarse clock, since every entry
    /// of the remote tier is read against it.</summary>
    public long UtcNow
    {
        get
        {
            var now = Now;
            if (_provider is null && _wall is { } wall && wall.Now == now) return wall.Utc;
            var utc = provider.GetUtcNow().ToUnixTimeMilliseconds();
            if (_provider is null) _wall = new Reading(now, utc);
            return utc;
        }
    }

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

    private sealed record Reading(long Now, long Utc);
}
