using System.Diagnostics;

namespace DistributedCache.Benchmarks.Quick;

/// <summary>Threads that start the same work at the same moment, kept from round to round.</summary>
internal sealed class Crew : IDisposable
{
    // Events of the system and no barrier: who waits there spins first, and slows the core that is measured.
    private readonly AutoResetEvent[] _start;
    private readonly AutoResetEvent[] _end;
    private readonly Thread[] _threads;
    private readonly long[] _ticks;
    private readonly long[] _bytes;
    private Action? _work;

    public Crew(int size)
    {
        _start = [.. Enumerable.Range(0, size).Select(static _ => new AutoResetEvent(false))];
        _end = [.. Enumerable.Range(0, size).Select(static _ => new AutoResetEvent(false))];
        _ticks = new long[size];
        _bytes = new long[size];
        _threads = [.. Enumerable.Range(0, size).Select(i => new Thread(() => Serve(i)) { IsBackground = true })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>Runs the work once on every thread; answers the slowest one's time and what all of them allocated.</summary>
    public (TimeSpan Elapsed, long Bytes) Run(Action work)
    {
        _work = work;
        foreach (var start in _start) start.Set();
        foreach (var end in _end) end.WaitOne();
        return (Stopwatch.GetElapsedTime(0, _ticks.Max()), _bytes.Sum());
    }

    public void Dispose()
    {
        _work = null;
        foreach (var start in _start) start.Set();
        foreach (var thread in _threads) thread.Join();
        foreach (var signal in _start.Concat(_end)) signal.Dispose();
    }

    private void Serve(int index)
    {
        while (true)
        {
            _start[index].WaitOne();
            if (_work is not { } work) return;

            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            work();
            _ticks[index] = Stopwatch.GetTimestamp() - start;
            _bytes[index] = GC.GetAllocatedBytesForCurrentThread() - bytes;
            _end[index].Set();
        }
    }
}
