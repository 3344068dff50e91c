using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.Redis.Tests.Servers;
using DistributedCache.Remote.InProcess;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>What fails is done again, what there is no room for is dropped, and both are counted and logged once.</summary>
public sealed class PurgeFailureTests : PurgeQueues
{
    [Fact]
    public async Task Purge_Fails_IsDoneAgainWhenItsClaimEnds()
    {
        var edge = new RecordedPurger(Time) { OnPurge = static _ => throw new HttpRequestException("away") };
        var queue = Queue(edge);
        await queue.AddAsync("a");
        var failed = await edge.NextAsync();
        await Advance.UntilAsync(Time, () => Log.Count(1350) == 1);
        edge.OnPurge = static _ => Task.CompletedTask;

        // The second purge of the first 3 seconds comes meanwhile.
        RecordedPurger.Purge purge;
        do purge = await edge.NextAsync(Time);
        while (purge.Time - failed.Time < PurgeQueue.Lease);

        Assert.Equal(["a"], purge.Tags);
        Assert.InRange(purge.Time - failed.Time, PurgeQueue.Lease, TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task Purge_NeverAnswers_IsGivenUpBeforeItsClaimEnds()
    {
        var ended = DateTimeOffset.MaxValue;
        var edge = new RecordedPurger(Time);
        edge.OnPurge = token =>
        {
            token.Register(() => ended = Time.GetUtcNow());
            return Task.Delay(Timeout.Infinite, token);
        };
        var queue = Queue(edge);
        await queue.AddAsync("a");
        var began = (await edge.NextAsync()).Time;

        await Advance.UntilAsync(Time, () => Log.Count(1350) == 1);

        Assert.InRange(ended - began, TimeSpan.FromSeconds(1), PurgeQueue.Lease - TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Add_QueueIsFull_DropsCountsAndLogsOnce()
    {
        using var purges = new PurgeCounts("full");
        var edge = new RecordedPurger(Time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge, name: "full", options: new EdgeOptions { PendingLimit = 4 });

        foreach (var tag in (string[])["a", "b", "c", "d", "a"]) await queue.AddAsync(tag);

        Assert.Equal(2, purges["dropped"]);
        Assert.Equal(1, Log.Count(1351));
    }

    [Fact]
    public async Task Purge_FailsThenSucceeds_IsCountedByResult()
    {
        using var purges = new PurgeCounts("counted");
        var edge = new RecordedPurger(Time);
        edge.OnPurge = _ => edge.Begun == 1 ? throw new HttpRequestException("away") : Task.CompletedTask;
        var queue = Queue(edge, name: "counted");

        await queue.AddAsync("a");
        await Advance.UntilAsync(Time, () => Log.Count(1354) == 2);

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
        var edge = new RecordedPurger(Time) { OnPurge = _ => first.Task };
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
        var edge = new RecordedPurger(Time);
        var queue = Queue(edge, name: "failing");
        await queue.AddAsync("well");
        await Advance.UntilAsync(Time, () => Log.Count(1354) == 2);
        Assert.Equal(0, Log.Count(1356));

        for (var round = 1; round <= 2; round++)
        {
            edge.OnPurge = static _ => throw new HttpRequestException("away");
            await queue.AddAsync("a");
            await Advance.UntilAsync(Time, () => purges["failed"] >= 4 * round);
            edge.OnPurge = static _ => Task.CompletedTask;
            var before = Log.Count(1354);
            await queue.AddAsync("b");
            await Advance.UntilAsync(Time, () => Log.Count(1354) >= before + 3);

            Assert.Equal((round, round), (Log.Count(1350), Log.Count(1356)));
        }
    }

    [Fact]
    public async Task Purge_MoreThanARequestTakesAndOneFails_WhatIsDoneIsDone()
    {
        var shared = new InProcessSchedule(Time);
        var first = new TaskCompletionSource();
        var edge = new RecordedPurger(Time);
        edge.OnPurge = _ => edge.Begun == 3 ? throw new HttpRequestException("too many") : first.Task;
        var queue = Queue(edge, shared, batchSize: 2);
        await queue.AddAsync("first");
        await edge.NextAsync();
        foreach (var tag in (string[])["a", "b", "c"]) await queue.AddAsync(tag);

        first.SetResult();

        Assert.Equal((2, 1), ((await edge.NextAsync()).Tags.Length, (await edge.NextAsync()).Tags.Length));
        await Poll.UntilAsync(() => Task.FromResult(Log.Count(1350) == 1), static () => "It has not failed.");
        Assert.Equal(1 + 4, shared.Count("purges:edge")); // the one that failed, and the second purges of all
    }

    [Fact]
    public async Task Add_QueueIsFullAgainOnceThereWasRoom_IsLoggedAgain()
    {
        var edge = new RecordedPurger(Time);
        var answer = new TaskCompletionSource();
        edge.OnPurge = _ => answer.Task;
        var queue = Queue(edge, options: new EdgeOptions { PendingLimit = 2 });
        await queue.AddAsync("a");
        await queue.AddAsync("b");
        Assert.Equal(1, Log.Count(1351));
        answer.SetResult();
        await Advance.UntilAsync(Time, () => Log.Count(1354) == 2);

        answer = new TaskCompletionSource();
        await queue.AddAsync("c");
        await queue.AddAsync("d");

        Assert.Equal(2, Log.Count(1351));
        answer.SetResult();
    }

    [Fact]
    public async Task Purge_BothPurgesOfATagDueAtOnce_NameItOnce()
    {
        var (queue, edge, answer) = await PurgingAsync("other");
        await queue.AddAsync("a");
        Time.Advance(TimeSpan.FromSeconds(4));

        answer.SetResult();

        Assert.Equal(["a", "other"], (await edge.NextAsync()).Tags.Order());
    }

    [Fact]
    public async Task Add_LogFails_TheQueueGoesOn()
    {
        var edge = new RecordedPurger(Time);
        Log.Throws = 1354;
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync(Time);
        await Advance.UntilAsync(Time, () => Log.Count(1355) == 1);
        Log.Throws = null;

        await queue.AddAsync("b");

        var tags = new List<string>();
        while (!tags.Contains("b")) tags.AddRange((await edge.NextAsync(Time)).Tags);
    }

    [Fact]
    public async Task Add_TheQueueHasFailed_IsPurgedFiveSecondsLater()
    {
        var edge = new RecordedPurger(Time);
        Log.Throws = 1354;
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();
        await Poll.UntilAsync(() => Task.FromResult(Log.Count(1355) == 1), static () => "It has not failed.");
        Log.Throws = null;
        var failed = Time.GetUtcNow();

        await queue.AddAsync("b");

        var next = await edge.NextAsync(Time);
        Assert.Equal(["a", "b"], next.Tags.Order());
        Assert.InRange(next.Time - failed, TimeSpan.FromSeconds(5), TimeSpan.MaxValue);
    }
}
