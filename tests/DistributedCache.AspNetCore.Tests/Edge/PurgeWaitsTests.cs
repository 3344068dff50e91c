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
    public async Task Take_SeveralTags_TakesWhoWaitsForEachAndForNoOther()
    {
        Task[] purged = [_waits.WaitAsync("a", Long), _waits.WaitAsync("b", Long)];
        _ = _waits.WaitAsync("other", Long);

        Purge("a", "b");

        await EndAsync(Task.WhenAll(purged));
        Assert.Single(_waits.Take(["other"]));
    }

    [Fact]
    public void Take_WhoWasTaken_IsNotTakenAgain()
    {
        _ = _waits.WaitAsync("a", Long);
        _waits.Take(["a"]);

        Assert.Empty(_waits.Take(["a"]));
    }

    [Fact]
    public async Task Wait_ForAWhile_EndsAndIsForgotten()
    {
        var purged = _waits.WaitAsync("a", TimeSpan.FromSeconds(1));

        _time.Advance(TimeSpan.FromSeconds(1));

        await EndAsync(purged);
        Assert.Empty(_waits.Take(["a"]));
    }

    [Fact]
    public async Task Wait_AnotherOfTheTagGivesUp_EndsWithThePurge()
    {
        var first = _waits.WaitAsync("a", TimeSpan.FromSeconds(1));
        var other = _waits.WaitAsync("a", Long);
        _time.Advance(TimeSpan.FromSeconds(1));
        await EndAsync(first);
        Assert.False(other.IsCompleted);

        Purge("a");

        await EndAsync(other);
    }

    [Fact]
    public async Task PutBack_AnotherWaitsForTheTagSince_BothEndWithTheNextPurge()
    {
        var first = _waits.WaitAsync("a", Long);
        var failed = _waits.Take(["a"]);
        var other = _waits.WaitAsync("a", Long);

        _waits.PutBack(failed);
        Purge("a");

        await EndAsync(Task.WhenAll(first, other));
    }

    [Fact]
    public async Task PutBack_WhoHasGivenUp_IsForgotten()
    {
        var purged = _waits.WaitAsync("a", TimeSpan.FromSeconds(1));
        var failed = _waits.Take(["a"]);
        _time.Advance(TimeSpan.FromSeconds(1));
        await EndAsync(purged);

        _waits.PutBack(failed);

        Assert.Empty(_waits.Take(["a"]));
    }

    private void Purge(params string[] tags)
    {
        foreach (var one in _waits.Take(tags).SelectMany(static tag => tag.Purged)) one.TrySetResult();
    }

    private static Task EndAsync(Task task) => task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
}
