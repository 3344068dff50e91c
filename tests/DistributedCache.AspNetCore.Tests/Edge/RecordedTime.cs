using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>A fake clock that knows what it was asked to wait for, and whose wall clock can be set.</summary>
internal sealed class RecordedTime : FakeTimeProvider
{
    private readonly ConcurrentQueue<TimeSpan> _timers = new();

    /// <summary>The waits, as they were asked for.</summary>
    public IReadOnlyCollection<TimeSpan> Waits => [.. _timers.Where(static time => time > TimeSpan.Zero)];

    /// <summary>How far its wall clock was set ahead of what has passed.</summary>
    public TimeSpan Ahead { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Ahead;

    public override long GetTimestamp() => base.GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        _timers.Enqueue(dueTime);
        return new Timer(base.CreateTimer(callback, state, dueTime, period), _timers);
    }

    private sealed class Timer(ITimer timer, ConcurrentQueue<TimeSpan> timers) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            timers.Enqueue(dueTime);
            return timer.Change(dueTime, period);
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
