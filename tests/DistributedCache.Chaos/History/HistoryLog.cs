using System.Collections.Concurrent;
using System.Diagnostics;

namespace DistributedCache.Chaos.History;

/// <summary>All that happened, by one monotonic clock.</summary>
internal sealed class HistoryLog
{
    private readonly long _origin = Stopwatch.GetTimestamp();
    private readonly ConcurrentQueue<HistoryEvent> _events = new();
    private int _number;

    /// <summary>Milliseconds since the history began.</summary>
    public double Now => Stopwatch.GetElapsedTime(_origin).TotalMilliseconds;

    public IReadOnlyList<HistoryEvent> Events => [.. _events];

    public int NextNumber() => Interlocked.Increment(ref _number);

    public void Add(HistoryEvent happened) => _events.Enqueue(happened);
}
