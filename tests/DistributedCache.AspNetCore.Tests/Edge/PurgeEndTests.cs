using DistributedCache.AspNetCore.Edge;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>At the end what is pending is done in time, or said to be lost.</summary>
public sealed class PurgeEndTests : PurgeQueues
{
    [Fact]
    public async Task End_CallerGivesUp_EndsAtOnce()
    {
        var edge = new RecordedPurger(Time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();

        using var given = new CancellationTokenSource();
        var end = queue.EndAsync(given.Token);
        await given.CancelAsync();

        await end.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(1, Log.Count(1353));
    }

    [Fact]
    public async Task End_NothingPending_EndsAtOnce()
    {
        var queue = Queue(new RecordedPurger(Time));

        await queue.EndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(0, Log.Count(1353));
    }

    [Fact]
    public async Task End_SecondPurgesInMemory_AreDoneAtOnce()
    {
        var edge = new RecordedPurger(Time);
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();

        await queue.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["a"], (await edge.NextAsync()).Tags);
        Assert.Equal(0, Log.Count(1353));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_EdgeDoesNotAnswer_EndsInTimeAndSaysWhatIsLost(bool heedsCancellation)
    {
        var drain = TimeSpan.FromSeconds(7);
        var edge = new RecordedPurger(Time) { OnPurge = _ => Ends.Task, HeedsCancellation = heedsCancellation };
        var queue = Queue(edge, options: new EdgeOptions { DrainTimeout = drain });
        await queue.AddAsync("a");
        await edge.NextAsync();

        var end = queue.EndAsync(TestContext.Current.CancellationToken);
        await Poll.UntilAsync(() => Task.FromResult(Time.Waits.Contains(drain)), static () => "It does not wait for that long.");
        Time.Advance(drain);

        await end.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(1, Log.Count(1353));
    }

    [Fact]
    public async Task End_OnePurgeIsLost_SaysSo()
    {
        var edge = new RecordedPurger(Time);
        var queue = Queue(edge, options: new EdgeOptions { DrainTimeout = TimeSpan.Zero });
        await queue.AddAsync("a");
        await Poll.UntilAsync(() => Task.FromResult(Log.Count(1354) == 1), static () => "The first purge was not done.");
        edge.OnPurge = static token => Task.Delay(Timeout.Infinite, token);

        await queue.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, Log.Count(1353));
    }

    [Fact]
    public async Task End_MoreThanAPurgerGetsAtOnce_PurgesAll()
    {
        var (queue, edge, first) = await PurgingAsync("first");
        for (var i = 0; i < EdgeSite.LargestBatch; i++) await queue.AddAsync($"{i}");

        var end = queue.EndAsync(TestContext.Current.CancellationToken);
        first.SetResult();
        await end;

        Assert.Equal((4, 0), (edge.Begun, Log.Count(1353)));
    }

    [Fact]
    public async Task Dispose_PurgerThatHeedsNoCancellation_IsLeftBehind()
    {
        var edge = new RecordedPurger(Time) { OnPurge = _ => Ends.Task, HeedsCancellation = false };
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();

        await queue.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Made.Remove(queue);
    }
}
