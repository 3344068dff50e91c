using System.Diagnostics;

namespace DistributedCache.Benchmarks.Quick;

/// <summary>Threads that start the same work at the same moment, kept from round to round.</summary>
internal sealed class Crew : IDisposable
{
    private readonly Barrier _start;
    private readonly Barrier _end;
    private readonly Thread[] _threads;
    private readonly long[] _ticks;
    private readonly long[] _bytes;
    private Action? _work;

    public Crew(int size)
    {
        _start = new Barrier(size + 1);
        _end = new Barrier(size + 1);
        _ticks = new long[size];
        _bytes = new long[size];
        _threads = [.. Enumerable.Range(0, size).Select(i => new Thread(() => Serve(i)) { IsBackground = true })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>Runs the work once on every thread; answers the slowest one's time and what all of them allocated.</summary>
    public (TimeSpan Elapsed, long Bytes) Run(Action work)
    {
        _work = work;
        _start.SignalAndWait();
        _end.SignalAndWait();
        return (Stopwatch.GetElapsedTime(0, _ticks.Max()), _bytes.Sum());
    }

    public void Dispose()
    {
        _work = null;
        _start.SignalAndWait();
        foreach (var thread in _threads) thread.Join();
        _start.Dispose();
        _end.Dispose();
    }

    private void Serve(int index)
    {
        while (true)
        {
            _start.SignalAndWait();
            if (_work is not { } work) return;

            var bytes = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            work();
            _ticks[index] = Stopwatch.GetTimestamp() - start;
            _bytes[index] = GC.GetAllocatedBytesForCurrentThread() - bytes;
            _end.SignalAndWait();
        }
    }
}
