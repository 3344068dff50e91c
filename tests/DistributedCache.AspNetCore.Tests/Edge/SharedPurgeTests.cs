using DistributedCache.AspNetCore.Edge.Purging;
using DistributedCache.Redis.Tests.Servers;
using DistributedCache.Remote.InProcess;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>Purges that all processes share, and a store that is away, full or hangs.</summary>
public sealed class SharedPurgeTests : PurgeQueues
{
    [Fact]
    public async Task Add_SharedStoreTakesNothing_IsLogged()
    {
        var queue = Queue(new RecordedPurger(Time), new AwaySchedule { There = new InProcessSchedule(Time), IsThere = true, TakesNothing = true });

        await queue.AddAsync("a");

        Assert.Equal(1, Log.Count(1352));
    }

    [Fact]
    public async Task Purge_SharedStoreKeepsWhatWasPurged_IsLogged()
    {
        var queue = Queue(new RecordedPurger(Time), new AwaySchedule { There = new InProcessSchedule(Time), IsThere = true, KeepsAll = true });

        await queue.AddAsync("a");

        await Poll.UntilAsync(() => Task.FromResult(Log.Count(1354) == 1), static () => "It was not purged.");
        Assert.Equal(1, Log.Count(1352));
    }

    [Fact]
    public async Task Restart_WithSharedStore_TheNextProcessGoesOn()
    {
        var shared = new InProcessSchedule(Time);
        var edge = new RecordedPurger(Time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge, shared);
        await queue.AddAsync("a");
        await edge.NextAsync();
        await queue.DisposeAsync();
        Made.Remove(queue);

        var next = new RecordedPurger(Time);
        Queue(next, shared);

        Assert.Equal(["a"], (await next.NextAsync(Time)).Tags);
    }

    [Fact]
    public async Task Add_TwoProcessesWithSharedStore_EachPurgeIsOnes()
    {
        var shared = new InProcessSchedule(Time);
        var edge = new RecordedPurger(Time);
        var queue = Queue(edge, shared);
        Queue(edge, shared);
        await queue.AddAsync("a");
        await edge.NextAsync(Time);
        await edge.NextAsync(Time);
        await Poll.UntilAsync(() => Task.FromResult(Log.Count(1354) == 2), static () => "The purges were not completed.");

        Time.Advance(PurgeQueue.Lease * 2);
        await queue.AddAsync("b");

        Assert.Equal(["b"], (await edge.NextAsync(Time)).Tags);
    }

    [Fact]
    public async Task Add_AnotherProcessLeftAPurge_IsDoneAtTheNextLook()
    {
        var shared = new InProcessSchedule(Time);
        var edge = new RecordedPurger(Time);
        Queue(edge, shared);
        await shared.AddAsync("purges:edge", [("1:a", TimeSpan.FromMinutes(1))], 10, TestContext.Current.CancellationToken);

        Assert.Equal(["a"], (await edge.NextAsync(Time)).Tags);
    }

    [Fact]
    public async Task Wait_SharedStoreHasNothingDue_LooksAgainWithinFiveSeconds()
    {
        var shared = new InProcessSchedule(Time);
        await shared.AddAsync("purges:edge", [("1:a", TimeSpan.FromMinutes(1))], 10, TestContext.Current.CancellationToken);

        Queue(new RecordedPurger(Time), shared);

        // The other waits are those of calls.
        await Poll.UntilAsync(() => Task.FromResult(Time.Waits.Any(static wait => wait > RemoteTimeout)), static () => "It does not wait.");
        Assert.Equal(TimeSpan.FromSeconds(5), Time.Waits.First(static wait => wait > RemoteTimeout));
    }

    [Fact]
    public async Task Add_TwoEdgesWithSharedStore_HaveEachTheirOwn()
    {
        var shared = new InProcessSchedule(Time);
        var (one, other) = (new RecordedPurger(Time), new RecordedPurger(Time));
        var queue = Queue(one, shared, "one");
        Queue(other, shared, "other");

        await queue.AddAsync("a");
        await one.NextAsync(Time);
        await one.NextAsync(Time);

        Assert.Equal(0, other.Begun);
    }

    [Fact]
    public async Task Add_SharedStoreHangs_IsPurgedFromMemory()
    {
        var edge = new RecordedPurger(Time);
        var queue = Queue(edge, new AwaySchedule { Hangs = Ends.Task });

        var add = queue.AddAsync("a").AsTask();
        await Advance.UntilAsync(Time, () => add.IsCompleted);

        Assert.Equal(["a"], (await edge.NextAsync(Time)).Tags);
        Assert.Equal(["a"], (await edge.NextAsync(Time)).Tags);
    }

    [Fact]
    public async Task Add_SharedStoreIsFull_IsDropped()
    {
        var edge = new RecordedPurger(Time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge, new InProcessSchedule(Time), options: new EdgeOptions { PendingLimit = 2 });
        await queue.AddAsync("a");
        await queue.AddAsync("b");

        Assert.Equal(1, Log.Count(1351));
    }

    [Fact]
    public async Task Add_SharedStoreIsAwayAndIsFullHere_IsDropped()
    {
        var edge = new RecordedPurger(Time) { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        var queue = Queue(edge, new AwaySchedule(), options: new EdgeOptions { PendingLimit = 2 });
        await queue.AddAsync("a");
        await queue.AddAsync("b");

        Assert.Equal(1, Log.Count(1351));
    }

    [Fact]
    public async Task Add_SharedStoreIsBackBeforeThePurge_IsPurgedAllTheSame()
    {
        var edge = new RecordedPurger(Time);
        var first = new TaskCompletionSource();
        edge.OnPurge = _ => first.Task;
        var store = new AwaySchedule { There = new InProcessSchedule(Time) };
        var queue = Queue(edge, store);
        await queue.AddAsync("first");
        await edge.NextAsync(Time);
        await queue.AddAsync("a");
        store.IsThere = true;

        first.SetResult();

        var tags = new List<string>();
        while (!tags.Contains("a")) tags.AddRange((await edge.NextAsync(Time)).Tags);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public async Task Wait_SecondPurgeIsInEitherStore_IsAsLongAsUntilThat(bool wasThere, bool isThere)
    {
        var edge = new RecordedPurger(Time);
        var answer = new TaskCompletionSource();
        edge.OnPurge = _ => answer.Task;
        var store = new AwaySchedule { There = new InProcessSchedule(Time), IsThere = wasThere };
        var queue = Queue(edge, store);
        await queue.AddAsync("a");
        await edge.NextAsync();
        store.IsThere = isThere;

        answer.SetResult();

        await Poll.UntilAsync(() => Task.FromResult(Time.Waits.Contains(MaxStaleness + TimeSpan.FromSeconds(1))), static () => "It does not wait for the second purge.");
    }

    [Fact]
    public async Task End_WhileTheSharedStoreIsAsked_PurgesWhatIsInMemoryAllTheSame()
    {
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        var store = new AwaySchedule { There = new InProcessSchedule(Time), IsThere = true, TakesNothing = true };
        var edge = new RecordedPurger(Time);
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
        Assert.Equal(0, Log.Count(1353));
    }

    [Fact]
    public async Task End_SharedStoreIsBackSinceThePurge_NothingIsLost()
    {
        var edge = new RecordedPurger(Time);
        var store = new AwaySchedule { There = new InProcessSchedule(Time) };
        var queue = Queue(edge, store);
        await queue.AddAsync("a");
        await edge.NextAsync();
        store.IsThere = true;

        await queue.EndAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, Log.Count(1353));
    }

    [Fact]
    public async Task Add_SharedStoreIsAwayAgain_IsLoggedAgain()
    {
        var edge = new RecordedPurger(Time);
        var store = new AwaySchedule { There = new InProcessSchedule(Time) };
        var queue = Queue(edge, store);
        foreach (var isThere in new[] { false, true, false })
        {
            store.IsThere = isThere;
            await queue.AddAsync($"{isThere}");
            await edge.NextAsync(Time);
        }

        await Advance.UntilAsync(Time, () => Log.Count(1352) >= 2);
    }

    [Fact]
    public async Task Add_SharedStoreIsAway_IsPurgedFromMemory()
    {
        var edge = new RecordedPurger(Time);
        var queue = Queue(edge, new AwaySchedule());

        await queue.AddAsync("a");

        Assert.Equal(["a"], (await edge.NextAsync(Time)).Tags);
        Assert.Equal(["a"], (await edge.NextAsync(Time)).Tags);
        Assert.Equal((1, 0), (Log.Count(1352), Log.Count(1355)));
    }
}
