using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Redis.Tests.Servers;
using DistributedCache.Remote;
using DistributedCache.Remote.InProcess;

namespace DistributedCache.AspNetCore.Tests.Edge;

public sealed class PurgeQueueTests : IAsyncDisposable
{
    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RemoteTimeout = TimeSpan.FromSeconds(1);

    private readonly RecordedTime _time = new();
    private readonly RecordedLog _log = new();
    private readonly EdgeMeter _meter = new(null, "");
    private readonly List<PurgeQueue> _queues = [];
    private readonly TaskCompletionSource _ends = new();

    [Fact]
    public async Task Add_Tag_IsPurgedAtOnce()
    {
        var edge = new RecordedPurger(_time);
        var queue = Queue(edge);

        await queue.AddAsync("a");

        Assert.Equal(["a"], (await edge.NextAsync()).Tags);
    }

    [Fact]
    public async Task Add_Tag_IsPurgedAgainASecondAfterMaxStaleness()
    {
        var edge = new RecordedPurger(_time);
        var queue = Queue(edge);
        await queue.AddAsync("a");
        var first = await edge.NextAsync();

        var second = await edge.NextAsync(_time);

        Assert.Equal(["a"], second.Tags);
        Assert.InRange(second.Time - first.Time, MaxStaleness + TimeSpan.FromSeconds(1), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Add_TagAgain_SecondPurgeComesThatLongAfterTheLast()
    {
        var edge = new RecordedPurger(_time);
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await queue.AddAsync("a");
        var again = await edge.NextAsync();

        var last = await edge.NextAsync(_time);

        Assert.InRange(last.Time - again.Time, TimeSpan.FromSeconds(3), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Add_WhileOnePurgeIsUnderWay_GoTogetherInTheNext()
    {
        var (queue, edge, answer) = await PurgingAsync("a");
        await queue.AddAsync("b");
        await queue.AddAsync("c");
        await queue.AddAsync("b");

        answer.SetResult();

        Assert.Equal(["b", "c"], (await edge.NextAsync()).Tags.Order());
    }

    [Fact]
    public async Task Add_TagThatIsBeingPurged_IsPurgedOnceMore()
    {
        var (queue, edge, answer) = await PurgingAsync("a");
        await queue.AddAsync("a");

        answer.SetResult();

        Assert.Equal(["a"], (await edge.NextAsync()).Tags);
    }

    [Fact]
    public async Task Purge_Fails_IsDoneAgainWhenItsClaimEnds()
    {
        var edge = new RecordedPurger(_time) { OnPurge = static _ => throw new HttpRequestException("away") };
        var queue = Queue(edge);
        await queue.AddAsync("a");
        var failed = await edge.NextAsync();
        await Advance.UntilAsync(_time, () => _log.Count(1350) == 1);
        edge.OnPurge = static _ => Task.CompletedTask;

        // The second purge of the first 3 seconds comes meanwhile.
        RecordedPurger.Purge purge;
        do purge = await edge.NextAsync(_time);
        while (purge.Time - failed.Time < PurgeQueue.Lease);

        Assert.Equal(["a"], purge.Tags);
        Assert.InRange(purge.Time - failed.Time, PurgeQueue.Lease, TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task Purge_NeverAnswers_IsGivenUpBeforeItsClaimEnds()
    {
        var ended = DateTimeOffset.MaxValue;
        var edge = new RecordedPurger(_time);
        edge.OnPurge = token =>
        {
            token.Register(() => ended = _time.GetUtcNow());
            return Task.Delay(Timeout.Infinite, token);
        };
        var queue = Queue(edge);
        await queue.AddAsync("a");
        var began = (await edge.NextAsync()).Time;

        await Advance.UntilAsync(_time, () => _log.Count(1350) == 1);

        Assert.InRange(ended - began, TimeSpan.FromSeconds(1), PurgeQueue.Lease - TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Add_QueueIsFull_DropsCountsAndLogsOnce()
    {
        using var purges = new PurgeCounts("full");
        var edge = new RecordedPurger(_time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge, name: "full", options: new EdgeOptions { PendingLimit = 4 });

        foreach (var tag in (string[])["a", "b", "c", "d", "a"]) await queue.AddAsync(tag);

        Assert.Equal(2, purges["dropped"]);
        Assert.Equal(1, _log.Count(1351));
    }

    [Fact]
    public async Task Purge_FailsThenSucceeds_IsCountedByResult()
    {
        using var purges = new PurgeCounts("counted");
        var edge = new RecordedPurger(_time);
        edge.OnPurge = _ => edge.Begun == 1 ? throw new HttpRequestException("away") : Task.CompletedTask;
        var queue = Queue(edge, name: "counted");

        await queue.AddAsync("a");
        await Advance.UntilAsync(_time, () => _log.Count(1354) == 2);

        Assert.Equal(1, purges["failed"]);
        Assert.Equal(2, purges["purged"]);
    }

    [Theory]
    [InlineData(true, "purged")]
    [InlineData(false, "failed")]
    public async Task Purge_SeveralTags_AreCountedEach(bool succeeds, string result)
    {
        using var purges = new PurgeCounts($"counted-{result}");
        var first = new TaskCompletionSource();
        var edge = new RecordedPurger(_time) { OnPurge = _ => first.Task };
        var queue = Queue(edge, name: $"counted-{result}");
        await queue.AddAsync("first");
        await edge.NextAsync();
        foreach (var tag in (string[])["a", "b", "c"]) await queue.AddAsync(tag);

        edge.OnPurge = _ => succeeds ? Task.CompletedTask : throw new HttpRequestException("away");
        first.SetResult();
        await edge.NextAsync();

        await Poll.UntilAsync(() => Task.FromResult(purges[result] >= 3), static () => "They are not counted.");
        Assert.Equal(succeeds ? 4 : 3, purges[result]);
    }

    [Fact]
    public async Task Purge_FailsForLong_IsLoggedOnceAndSoIsThatItSucceedsAgain()
    {
        using var purges = new PurgeCounts("failing");
        var edge = new RecordedPurger(_time);
        var queue = Queue(edge, name: "failing");
        await queue.AddAsync("well");
        await Advance.UntilAsync(_time, () => _log.Count(1354) == 2);
        Assert.Equal(0, _log.Count(1356));

        for (var round = 1; round <= 2; round++)
        {
            edge.OnPurge = static _ => throw new HttpRequestException("away");
            await queue.AddAsync("a");
            await Advance.UntilAsync(_time, () => purges["failed"] >= 4 * round);
            edge.OnPurge = static _ => Task.CompletedTask;
            var before = _log.Count(1354);
            await queue.AddAsync("b");
            await Advance.UntilAsync(_time, () => _log.Count(1354) >= before + 3);

            Assert.Equal((round, round), (_log.Count(1350), _log.Count(1356)));
        }
    }

    [Fact]
    public async Task Purged_WhileAPurgeOfTheTagIsUnderWay_WaitsForTheNext()
    {
        var edge = new RecordedPurger(_time);
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
        var queue = Queue(new RecordedPurger(_time));
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
        var queue = Queue(new RecordedPurger(_time), new AwaySchedule { There = new InProcessSchedule(_time), IsThere = true, KeepsAll = true, Hangs = _ends.Task });
        var purged = queue.PurgedAsync("a", TimeSpan.FromHours(1));

        await queue.AddAsync("a");

        await purged.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Add_SharedStoreTakesNothing_IsLogged()
    {
        var queue = Queue(new RecordedPurger(_time), new AwaySchedule { There = new InProcessSchedule(_time), IsThere = true, TakesNothing = true });

        await queue.AddAsync("a");

        Assert.Equal(1, _log.Count(1352));
    }

    [Fact]
    public async Task Purge_SharedStoreKeepsWhatWasPurged_IsLogged()
    {
        var queue = Queue(new RecordedPurger(_time), new AwaySchedule { There = new InProcessSchedule(_time), IsThere = true, KeepsAll = true });

        await queue.AddAsync("a");

        await Poll.UntilAsync(() => Task.FromResult(_log.Count(1354) == 1), static () => "It was not purged.");
        Assert.Equal(1, _log.Count(1352));
    }

    [Fact]
    public async Task Purged_AnotherWhoWaitedBeforeGivesUp_WaitsOn()
    {
        var edge = new RecordedPurger(_time);
        var answer = new TaskCompletionSource();
        edge.OnPurge = _ => answer.Task;
        var queue = Queue(edge);
        var first = queue.PurgedAsync("a", TimeSpan.FromSeconds(1));
        await queue.AddAsync("a");
        await edge.NextAsync();
        var other = queue.PurgedAsync("a", TimeSpan.FromHours(1));
        await queue.AddAsync("a");
        _time.Advance(TimeSpan.FromSeconds(1));
        await first.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        answer.SetResult();

        await other.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Purged_PurgeFails_WaitsNoLonger()
    {
        var queue = Queue(new RecordedPurger(_time) { OnPurge = static _ => throw new HttpRequestException("away") });
        var purged = queue.PurgedAsync("a", TimeSpan.FromHours(1));

        await queue.AddAsync("a");

        await purged.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Purged_NobodyPurgesIt_EndsAfterAWhileAndIsForgotten()
    {
        var edge = new RecordedPurger(_time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge);
        var first = queue.PurgedAsync("a", TimeSpan.FromSeconds(1));
        var other = queue.PurgedAsync("a", TimeSpan.FromSeconds(100));
        await queue.AddAsync("b");
        await edge.NextAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await first.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.False(other.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(99));
        await other.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Add_MoreThanAPurgerGetsAtOnce_AreSeveralPurgesOfAThousandAtMost()
    {
        var (queue, edge, first) = await PurgingAsync("first");
        for (var i = 0; i < 1_500; i++) await queue.AddAsync($"{i}");

        first.SetResult();

        Assert.Equal((1_000, 500), ((await edge.NextAsync()).Tags.Length, (await edge.NextAsync()).Tags.Length));
    }

    [Fact]
    public async Task Purge_MoreThanARequestTakesAndOneFails_WhatIsDoneIsDone()
    {
        var shared = new InProcessSchedule(_time);
        var first = new TaskCompletionSource();
        var edge = new RecordedPurger(_time);
        edge.OnPurge = _ => edge.Begun == 3 ? throw new HttpRequestException("too many") : first.Task;
        var queue = Queue(edge, shared, batchSize: 2);
        await queue.AddAsync("first");
        await edge.NextAsync();
        foreach (var tag in (string[])["a", "b", "c"]) await queue.AddAsync(tag);

        first.SetResult();

        Assert.Equal((2, 1), ((await edge.NextAsync()).Tags.Length, (await edge.NextAsync()).Tags.Length));
        await Poll.UntilAsync(() => Task.FromResult(_log.Count(1350) == 1), static () => "It has not failed.");
        Assert.Equal(1 + 4, shared.Count("purges:edge")); // the one that failed, and the second purges of all
    }

    [Fact]
    public async Task Add_QueueIsFullAgainOnceThereWasRoom_IsLoggedAgain()
    {
        var edge = new RecordedPurger(_time);
        var answer = new TaskCompletionSource();
        edge.OnPurge = _ => answer.Task;
        var queue = Queue(edge, options: new EdgeOptions { PendingLimit = 2 });
        await queue.AddAsync("a");
        await queue.AddAsync("b");
        Assert.Equal(1, _log.Count(1351));
        answer.SetResult();
        await Advance.UntilAsync(_time, () => _log.Count(1354) == 2);

        answer = new TaskCompletionSource();
        await queue.AddAsync("c");
        await queue.AddAsync("d");

        Assert.Equal(2, _log.Count(1351));
        answer.SetResult();
    }

    [Fact]
    public async Task Purge_BothPurgesOfATagDueAtOnce_NameItOnce()
    {
        var (queue, edge, answer) = await PurgingAsync("other");
        await queue.AddAsync("a");
        _time.Advance(TimeSpan.FromSeconds(4));

        answer.SetResult();

        Assert.Equal(["a", "other"], (await edge.NextAsync()).Tags.Order());
    }

    [Fact]
    public async Task End_CallerGivesUp_EndsAtOnce()
    {
        var edge = new RecordedPurger(_time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();

        using var given = new CancellationTokenSource();
        var end = queue.EndAsync(given.Token);
        await given.CancelAsync();

        await end.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(1, _log.Count(1353));
    }

    [Fact]
    public async Task End_NothingPending_EndsAtOnce()
    {
        var queue = Queue(new RecordedPurger(_time));

        await queue.EndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(0, _log.Count(1353));
    }

    [Fact]
    public async Task End_SecondPurgesInMemory_AreDoneAtOnce()
    {
        var edge = new RecordedPurger(_time);
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();

        await queue.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["a"], (await edge.NextAsync()).Tags);
        Assert.Equal(0, _log.Count(1353));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task End_EdgeDoesNotAnswer_EndsInTimeAndSaysWhatIsLost(bool heedsCancellation)
    {
        var drain = TimeSpan.FromSeconds(7);
        var edge = new RecordedPurger(_time) { OnPurge = _ => _ends.Task, HeedsCancellation = heedsCancellation };
        var queue = Queue(edge, options: new EdgeOptions { DrainTimeout = drain });
        await queue.AddAsync("a");
        await edge.NextAsync();

        var end = queue.EndAsync(TestContext.Current.CancellationToken);
        await Poll.UntilAsync(() => Task.FromResult(_time.Waits.Contains(drain)), static () => "It does not wait for that long.");
        _time.Advance(drain);

        await end.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(1, _log.Count(1353));
    }

    [Fact]
    public async Task End_OnePurgeIsLost_SaysSo()
    {
        var edge = new RecordedPurger(_time);
        var queue = Queue(edge, options: new EdgeOptions { DrainTimeout = TimeSpan.Zero });
        await queue.AddAsync("a");
        await Poll.UntilAsync(() => Task.FromResult(_log.Count(1354) == 1), static () => "The first purge was not done.");
        edge.OnPurge = static token => Task.Delay(Timeout.Infinite, token);

        await queue.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, _log.Count(1353));
    }

    [Fact]
    public async Task End_MoreThanAPurgerGetsAtOnce_PurgesAll()
    {
        var (queue, edge, first) = await PurgingAsync("first");
        for (var i = 0; i < EdgeSite.LargestBatch; i++) await queue.AddAsync($"{i}");

        var end = queue.EndAsync(TestContext.Current.CancellationToken);
        first.SetResult();
        await end;

        Assert.Equal((4, 0), (edge.Begun, _log.Count(1353)));
    }

    [Fact]
    public async Task Dispose_PurgerThatHeedsNoCancellation_IsLeftBehind()
    {
        var edge = new RecordedPurger(_time) { OnPurge = _ => _ends.Task, HeedsCancellation = false };
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();

        await queue.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        _queues.Remove(queue);
    }

    [Fact]
    public async Task Restart_WithSharedStore_TheNextProcessGoesOn()
    {
        var shared = new InProcessSchedule(_time);
        var edge = new RecordedPurger(_time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge, shared);
        await queue.AddAsync("a");
        await edge.NextAsync();
        await queue.DisposeAsync();
        _queues.Remove(queue);

        var next = new RecordedPurger(_time);
        Queue(next, shared);

        Assert.Equal(["a"], (await next.NextAsync(_time)).Tags);
    }

    [Fact]
    public async Task Add_TwoProcessesWithSharedStore_EachPurgeIsOnes()
    {
        var shared = new InProcessSchedule(_time);
        var edge = new RecordedPurger(_time);
        var queue = Queue(edge, shared);
        Queue(edge, shared);
        await queue.AddAsync("a");
        await edge.NextAsync(_time);
        await edge.NextAsync(_time);
        await Poll.UntilAsync(() => Task.FromResult(_log.Count(1354) == 2), static () => "The purges were not completed.");

        _time.Advance(PurgeQueue.Lease * 2);
        await queue.AddAsync("b");

        Assert.Equal(["b"], (await edge.NextAsync(_time)).Tags);
    }

    [Fact]
    public async Task Add_AnotherProcessLeftAPurge_IsDoneAtTheNextLook()
    {
        var shared = new InProcessSchedule(_time);
        var edge = new RecordedPurger(_time);
        Queue(edge, shared);
        await shared.AddAsync("purges:edge", [("1:a", TimeSpan.FromMinutes(1))], 10, TestContext.Current.CancellationToken);

        Assert.Equal(["a"], (await edge.NextAsync(_time)).Tags);
    }

    [Fact]
    public async Task Wait_SharedStoreHasNothingDue_LooksAgainWithinFiveSeconds()
    {
        var shared = new InProcessSchedule(_time);
        await shared.AddAsync("purges:edge", [("1:a", TimeSpan.FromMinutes(1))], 10, TestContext.Current.CancellationToken);

        Queue(new RecordedPurger(_time), shared);

        // The other waits are those of calls.
        await Poll.UntilAsync(() => Task.FromResult(_time.Waits.Any(static wait => wait > RemoteTimeout)), static () => "It does not wait.");
        Assert.Equal(TimeSpan.FromSeconds(5), _time.Waits.First(static wait => wait > RemoteTimeout));
    }

    [Fact]
    public async Task Add_ClockIsSetBack_IsPurgedNoLater()
    {
        var edge = new RecordedPurger(_time);
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();
        var began = _time.GetTimestamp();

        _time.Ahead = TimeSpan.FromHours(-1);
        await edge.NextAsync(_time);

        Assert.InRange(_time.GetElapsedTime(began), MaxStaleness, TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task Add_ClockIsSetAhead_IsPurgedNoEarlier()
    {
        var edge = new RecordedPurger(_time);
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();

        _time.Ahead = TimeSpan.FromHours(1);
        await queue.AddAsync("b");

        Assert.Equal(["b"], (await edge.NextAsync()).Tags);
    }

    [Fact]
    public async Task Add_TwoEdgesWithSharedStore_HaveEachTheirOwn()
    {
        var shared = new InProcessSchedule(_time);
        var (one, other) = (new RecordedPurger(_time), new RecordedPurger(_time));
        var queue = Queue(one, shared, "one");
        Queue(other, shared, "other");

        await queue.AddAsync("a");
        await one.NextAsync(_time);
        await one.NextAsync(_time);

        Assert.Equal(0, other.Begun);
    }

    [Fact]
    public async Task Add_SharedStoreHangs_IsPurgedFromMemory()
    {
        var edge = new RecordedPurger(_time);
        var queue = Queue(edge, new AwaySchedule { Hangs = _ends.Task });

        var add = queue.AddAsync("a").AsTask();
        await Advance.UntilAsync(_time, () => add.IsCompleted);

        Assert.Equal(["a"], (await edge.NextAsync(_time)).Tags);
        Assert.Equal(["a"], (await edge.NextAsync(_time)).Tags);
    }

    [Fact]
    public async Task Add_SharedStoreIsFull_IsDropped()
    {
        var edge = new RecordedPurger(_time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge, new InProcessSchedule(_time), options: new EdgeOptions { PendingLimit = 2 });
        await queue.AddAsync("a");
        await queue.AddAsync("b");

        Assert.Equal(1, _log.Count(1351));
    }

    [Fact]
    public async Task Add_SharedStoreIsAwayAndIsFullHere_IsDropped()
    {
        var edge = new RecordedPurger(_time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge, new AwaySchedule(), options: new EdgeOptions { PendingLimit = 2 });
        await queue.AddAsync("a");
        await queue.AddAsync("b");

        Assert.Equal(1, _log.Count(1351));
    }

    [Fact]
    public async Task Add_SharedStoreIsBackBeforeThePurge_IsPurgedAllTheSame()
    {
        var edge = new RecordedPurger(_time);
        var first = new TaskCompletionSource();
        edge.OnPurge = _ => first.Task;
        var store = new AwaySchedule { There = new InProcessSchedule(_time) };
        var queue = Queue(edge, store);
        await queue.AddAsync("first");
        await edge.NextAsync(_time);
        await queue.AddAsync("a");
        store.IsThere = true;

        first.SetResult();

        var tags = new List<string>();
        while (!tags.Contains("a")) tags.AddRange((await edge.NextAsync(_time)).Tags);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task Wait_SecondPurgeIsInEitherStore_IsAsLongAsUntilThat(bool wasThere, bool isThere)
    {
        var edge = new RecordedPurger(_time);
        var answer = new TaskCompletionSource();
        edge.OnPurge = _ => answer.Task;
        var store = new AwaySchedule { There = new InProcessSchedule(_time), IsThere = wasThere };
        var queue = Queue(edge, store);
        await queue.AddAsync("a");
        await edge.NextAsync();
        store.IsThere = isThere;

        answer.SetResult();

        await Poll.UntilAsync(() => Task.FromResult(_time.Waits.Contains(MaxStaleness + TimeSpan.FromSeconds(1))), static () => "It does not wait for the second purge.");
    }

    [Fact]
    public async Task End_WhileTheSharedStoreIsAsked_PurgesWhatIsInMemoryAllTheSame()
    {
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        var store = new AwaySchedule { There = new InProcessSchedule(_time), IsThere = true, TakesNothing = true };
        var edge = new RecordedPurger(_time);
        edge.OnPurge = _ =>
        {
            store.OnClaim = () =>
            {
                asked.TrySetResult();
                return answer.Task;
            };
            return Task.CompletedTask;
        };
        var queue = Queue(edge, store);
        await queue.AddAsync("a");
        await edge.NextAsync();
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        var end = queue.EndAsync(TestContext.Current.CancellationToken);
        answer.SetResult();
        await end;

        Assert.Equal(["a"], (await edge.NextAsync()).Tags);
        Assert.Equal(0, _log.Count(1353));
    }

    [Fact]
    public async Task End_SharedStoreIsBackSinceThePurge_NothingIsLost()
    {
        var edge = new RecordedPurger(_time);
        var store = new AwaySchedule { There = new InProcessSchedule(_time) };
        var queue = Queue(edge, store);
        await queue.AddAsync("a");
        await edge.NextAsync();
        store.IsThere = true;

        await queue.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, _log.Count(1353));
    }

    [Fact]
    public async Task Add_LogFails_TheQueueGoesOn()
    {
        var edge = new RecordedPurger(_time);
        _log.Throws = 1354;
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync(_time);
        await Advance.UntilAsync(_time, () => _log.Count(1355) == 1);
        _log.Throws = null;

        await queue.AddAsync("b");

        var tags = new List<string>();
        while (!tags.Contains("b")) tags.AddRange((await edge.NextAsync(_time)).Tags);
    }

    [Fact]
    public async Task Add_TheQueueHasFailed_IsPurgedFiveSecondsLater()
    {
        var edge = new RecordedPurger(_time);
        _log.Throws = 1354;
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();
        await Poll.UntilAsync(() => Task.FromResult(_log.Count(1355) == 1), static () => "It has not failed.");
        _log.Throws = null;
        var failed = _time.GetUtcNow();

        await queue.AddAsync("b");

        var next = await edge.NextAsync(_time);
        Assert.Equal(["a", "b"], next.Tags.Order());
        Assert.InRange(next.Time - failed, TimeSpan.FromSeconds(5), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Add_SharedStoreIsAwayAgain_IsLoggedAgain()
    {
        var edge = new RecordedPurger(_time);
        var store = new AwaySchedule { There = new InProcessSchedule(_time) };
        var queue = Queue(edge, store);
        foreach (var isThere in new[] { false, true, false })
        {
            store.IsThere = isThere;
            await queue.AddAsync($"{isThere}");
            await edge.NextAsync(_time);
        }

        await Advance.UntilAsync(_time, () => _log.Count(1352) >= 2);
    }

    [Fact]
    public async Task Add_SharedStoreIsAway_IsPurgedFromMemory()
    {
        var edge = new RecordedPurger(_time);
        var queue = Queue(edge, new AwaySchedule());

        await queue.AddAsync("a");

        Assert.Equal(["a"], (await edge.NextAsync(_time)).Tags);
        Assert.Equal(["a"], (await edge.NextAsync(_time)).Tags);
        Assert.Equal((1, 0), (_log.Count(1352), _log.Count(1355)));
    }

    public async ValueTask DisposeAsync()
    {
        _ends.SetResult();
        foreach (var queue in _queues) await queue.DisposeAsync();
        _meter.Dispose();
    }

    /// <summary>A queue whose purge of the tag has begun, and ends with the edge's answer, as those that follow do.</summary>
    private async Task<(PurgeQueue Queue, RecordedPurger Edge, TaskCompletionSource Answer)> PurgingAsync(string tag)
    {
        var answer = new TaskCompletionSource();
        var edge = new RecordedPurger(_time) { OnPurge = _ => answer.Task };
        var queue = Queue(edge);
        await queue.AddAsync(tag);
        await edge.NextAsync();
        return (queue, edge, answer);
    }

    private PurgeQueue Queue(IEdgePurger purger, IRemoteSchedule? remote = null, string name = "edge", EdgeOptions? options = null, int batchSize = EdgeSite.LargestBatch)
    {
        options ??= new EdgeOptions();
        var site = new EdgeSite(name, new EdgeTagFormat("tags", ',', 32, 32, 8_192), HeedsTargets: true, batchSize, purger);
        var store = new PurgeStore(name, options.PendingLimit, remote, RemoteTimeout, _time, _log);
        var queue = new PurgeQueue(site, store, options, MaxStaleness, _time, _meter, _log);
        _queues.Add(queue);
        return queue;
    }

    private sealed class AwaySchedule : IRemoteSchedule
    {
        /// <summary>What each call waits for before it fails.</summary>
        public Task Hangs { get; init; } = Task.CompletedTask;

        public IRemoteSchedule? There { get; init; }

        public bool IsThere { get; set; }

        /// <summary>What a claim waits for.</summary>
        public Func<Task>? OnClaim { get; set; }

        /// <summary>Whether nothing can be added.</summary>
        public bool TakesNothing { get; init; }

        /// <summary>Whether what was purged can't be removed.</summary>
        public bool KeepsAll { get; init; }

        public ValueTask<bool> AddAsync(string list, IReadOnlyList<(string Name, TimeSpan Delay)> names, int limit, CancellationToken cancellationToken) =>
            IsThere && !TakesNothing ? There!.AddAsync(list, names, limit, cancellationToken) : new(FailAsync<bool>());

        public ValueTask<ClaimedNames> ClaimAsync(string list, int count, TimeSpan lease, CancellationToken cancellationToken) =>
            IsThere ? new(ClaimThereAsync(list, count, lease, cancellationToken)) : new(FailAsync<ClaimedNames>());

        public ValueTask CompleteAsync(string list, ClaimedNames claimed, CancellationToken cancellationToken) =>
            IsThere && !KeepsAll ? There!.CompleteAsync(list, claimed, cancellationToken) : new(FailAsync<bool>());

        private async Task<ClaimedNames> ClaimThereAsync(string list, int count, TimeSpan lease, CancellationToken cancellationToken)
        {
            if (OnClaim is { } before) await before();
            return await There!.ClaimAsync(list, count, lease, cancellationToken);
        }

        private async Task<T> FailAsync<T>()
        {
            await Hangs;
            throw new TimeoutException();
        }
    }
}
