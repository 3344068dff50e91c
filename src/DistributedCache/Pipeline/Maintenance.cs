using DistributedCache.Diagnostics;
using DistributedCache.Expiry;
using DistributedCache.Local;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Pipeline;

/// <summary>Once a second: removes what has ended from L1, a part at a time, and gives memory back when the GC is short of it.</summary>
internal sealed class Maintenance : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    // All of L1 is looked through about once a minute, whatever its size.
    private const int Parts = 60;
    private const double TrimmedUnderPressure = 0.1;

    private readonly LocalStore _store;
    private readonly CacheClock _clock;
    private readonly ILogger _log;
    private readonly Func<MemoryPressure> _readPressure;
    private readonly ITimer _timer;
    private long _lastPressure = -1;

    public Maintenance(LocalStore store, CacheClock clock, ILogger log, Func<MemoryPressure> readPressure)
    {
        _store = store;
        _readPressure = readPressure;
        _clock = clock;
        _log = log;
        _timer = clock.CreateTimer(static self => ((Maintenance)self!).Run(), this, Period);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Run()
    {
        try
        {
            _store.Sweep(_clock.Now, Math.Max(256, _store.Index.BucketCount / Parts));
            var pressure = _readPressure();

            // Once a collection: without one in between, what was trimmed before is not yet free.
            if (!pressure.IsHigh || pressure.Collection == _lastPressure) return;
            _lastPressure = pressure.Collection;
            _store.Trim(TrimmedUnderPressure, _clock.Now);
        }
        catch (Exception exception)
        {
            CacheLog.MaintenanceFailed(_log, exception);
        }
    }
}
