using DistributedCache.Remote.InProcess;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>Who waits for a purge waits until it is done, fails or is nobody's.</summary>
public sealed class PurgedWaitTests : PurgeQueues
{
    [Fact]
    public async Task Purged_WhileAPurgeOfTheTagIsUnderWay_WaitsForTheNext()
    {
        var edge = new RecordedPurger(Time);
        TaskCompletionSource[] answers = [new(), new()];
        edge.OnPurge = _ => answers[edge.Begun - 1].Task;
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();
        var purged = queue.PurgedAsync("a", TimeSpan.FromHours(1));
        await queue.AddAsync("a");

        answers[0].SetResult();
        await edge.NextAsync();
        Assert.False(purged.IsCompleted);
        answers[1].SetResult();
        await purged.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Purged_SeveralWaitForATag_AllEndWithItsPurge()
    {
        var queue = Queue(new RecordedPurger(Time));
        Task[] purged = [queue.PurgedAsync("a", TimeSpan.FromHours(1)), queue.PurgedAsync("a", TimeSpan.FromHours(1))];

        await queue.AddAsync("a");

        await Task.WhenAll(purged).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Purged_SeveralTagsInOnePurge_AllEnd()
    {
        var (queue, _, first) = await PurgingAsync("first");
        Task[] purged = [queue.PurgedAsync("a", TimeSpan.FromHours(1)), queue.PurgedAsync("b", TimeSpan.FromHours(1))];
        await queue.AddAsync("a");
        await queue.AddAsync("b");

        first.SetResult();

        await Task.WhenAll(purged).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Purged_SharedStoreHangsAfterThePurge_EndsBeforeIt()
    {
        var queue = Queue(new RecordedPurger(Time), new AwaySchedule { There = new InProcessSchedule(Time), IsThere = true, KeepsAll = true, Hangs = Ends.Task });
        var purged = queue.PurgedAsync("a", TimeSpan.FromHours(1));

        await queue.AddAsync("a");

        await purged.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Purged_AnotherWhoWaitedBeforeGivesUp_WaitsOn()
    {
        var edge = new RecordedPurger(Time);
        var answer = new TaskCompletionSource();
        edge.OnPurge = _ => answer.Task;
        var queue = Queue(edge);
        var first = queue.PurgedAsync("a", TimeSpan.FromSeconds(1));
        await queue.AddAsync("a");
        await edge.NextAsync();
        var other = queue.PurgedAsync("a", TimeSpan.FromHours(1));
        await queue.AddAsync("a");
        Time.Advance(TimeSpan.FromSeconds(1));
        await first.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        answer.SetResult();

        await other.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Purged_PurgeFails_WaitsNoLonger()
    {
        var queue = Queue(new RecordedPurger(Time) { OnPurge = static _ => throw new HttpRequestException("away") });
        var purged = queue.PurgedAsync("a", TimeSpan.FromHours(1));

        await queue.AddAsync("a");

        await purged.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Purged_NobodyPurgesIt_EndsAfterAWhileAndIsForgotten()
    {
        var edge = new RecordedPurger(Time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge);
        var first = queue.PurgedAsync("a", TimeSpan.FromSeconds(1));
        var other = queue.PurgedAsync("a", TimeSpan.FromSeconds(100));
        await queue.AddAsync("b");
        await edge.NextAsync();
        Time.Advance(TimeSpan.FromSeconds(1));
        await first.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(other.IsCompleted);
        Time.Advance(TimeSpan.FromSeconds(99));
        await other.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }
}
