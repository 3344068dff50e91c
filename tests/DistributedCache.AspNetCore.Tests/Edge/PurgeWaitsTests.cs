using DistributedCache.AspNetCore.Edge.Purging;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Edge;

public class PurgeWaitsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private readonly FakeTimeProvider _time = new();
    private readonly PurgeWaits _waits;

    public PurgeWaitsTests() => _waits = new PurgeWaits(_time);

    [Fact]
    public async Task End_SeveralTagsAreDone_EndsWhoWaitsForEachAndForNoOther()
    {
        Task[] purged = [_waits.WaitAsync("a", Long), _waits.WaitAsync("b", Long)];
        var other = _waits.WaitAsync("other", Long);

        _waits.Begin(["a", "b"]);
        _waits.End(isDone: true);

        await EndAsync(Task.WhenAll(purged));
        Assert.False(other.IsCompleted);
    }

    [Fact]
    public async Task Wait_PurgeOfTheTagIsUnderWay_EndsWithTheNext()
    {
        _waits.Begin(["a"]);
        var purged = _waits.WaitAsync("a", Long);
        _waits.End(isDone: true);
        Assert.False(purged.IsCompleted);

        _waits.Begin(["a"]);
        _waits.End(isDone: true);

        await EndAsync(purged);
    }

    [Fact]
    public async Task Wait_ForAWhile_Ends()
    {
        var purged = _waits.WaitAsync("a", TimeSpan.FromSeconds(1));

        _time.Advance(TimeSpan.FromSeconds(1));

        await EndAsync(purged);
    }

    [Fact]
    public async Task Wait_AnotherOfTheTagGivesUp_EndsWithThePurge()
    {
        var first = _waits.WaitAsync("a", TimeSpan.FromSeconds(1));
        var other = _waits.WaitAsync("a", Long);
        _time.Advance(TimeSpan.FromSeconds(1));
        await EndAsync(first);
        Assert.False(other.IsCompleted);

        _waits.Begin(["a"]);
        _waits.End(isDone: true);

        await EndAsync(other);
    }

    [Fact]
    public async Task End_PurgeFailed_EndsAllWhoWait()
    {
        Task[] waiting = [_waits.WaitAsync("a", Long), _waits.WaitAsync("other", Long)];

        _waits.Begin(["a"]);
        _waits.End(isDone: false);

        await EndAsync(Task.WhenAll(waiting));
    }

    [Fact]
    public void Wait_LastPurgeFailed_EndsAtOnceUntilOneIsDone()
    {
        _waits.Begin(["a"]);
        _waits.End(isDone: false);
        Assert.True(_waits.WaitAsync("a", Long).IsCompleted);
        _waits.Begin(["a"]);
        Assert.True(_waits.WaitAsync("a", Long).IsCompleted);

        _waits.End(isDone: true);

        Assert.False(_waits.WaitAsync("a", Long).IsCompleted);
    }

    [Fact]
    public void Wait_PurgeUnderWayForAsLong_EndsAtOnceUntilItIsDone()
    {
        _waits.Begin(["other"]);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_waits.WaitAsync("a", TimeSpan.FromSeconds(1)).IsCompleted);
        Assert.False(_waits.WaitAsync("a", TimeSpan.FromSeconds(1.001)).IsCompleted);

        _waits.End(isDone: true);

        Assert.False(_waits.WaitAsync("a", TimeSpan.FromSeconds(1)).IsCompleted);
    }

    private static Task EndAsync(Task task) => task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
}
