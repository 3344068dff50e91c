namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>What is added is purged at once, and again; by the monotonic clock, each edge by itself.</summary>
public sealed class PurgeQueueTests : PurgeQueues
{
    [Fact]
    public async Task Add_Tag_IsPurgedAtOnce()
    {
        var edge = new RecordedPurger(Time);
        var queue = Queue(edge);

        await queue.AddAsync("a");

        Assert.Equal(["a"], (await edge.NextAsync()).Tags);
    }

    [Fact]
    public async Task Add_Tag_IsPurgedAgainASecondAfterMaxStaleness()
    {
        var edge = new RecordedPurger(Time);
        var queue = Queue(edge);
        await queue.AddAsync("a");
        var first = await edge.NextAsync();

        var second = await edge.NextAsync(Time);

        Assert.Equal(["a"], second.Tags);
        Assert.InRange(second.Time - first.Time, MaxStaleness + TimeSpan.FromSeconds(1), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Add_TagAgain_SecondPurgeComesThatLongAfterTheLast()
    {
        var edge = new RecordedPurger(Time);
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();
        Time.Advance(TimeSpan.FromSeconds(1));
        await queue.AddAsync("a");
        var again = await edge.NextAsync();

        var last = await edge.NextAsync(Time);

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
    public async Task Add_MoreThanAPurgerGetsAtOnce_AreSeveralPurgesOfAThousandAtMost()
    {
        var (queue, edge, first) = await PurgingAsync("first");
        for (var i = 0; i < 1_500; i++) await queue.AddAsync($"{i}");

        first.SetResult();

        Assert.Equal((1_000, 500), ((await edge.NextAsync()).Tags.Length, (await edge.NextAsync()).Tags.Length));
    }

    [Fact]
    public async Task Add_ClockIsSetBack_IsPurgedNoLater()
    {
        var edge = new RecordedPurger(Time);
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();
        var began = Time.GetTimestamp();

        Time.Ahead = TimeSpan.FromHours(-1);
        await edge.NextAsync(Time);

        Assert.InRange(Time.GetElapsedTime(began), MaxStaleness, TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task Add_ClockIsSetAhead_IsPurgedNoEarlier()
    {
        var edge = new RecordedPurger(Time);
        var queue = Queue(edge);
        await queue.AddAsync("a");
        await edge.NextAsync();

        Time.Ahead = TimeSpan.FromHours(1);
        await queue.AddAsync("b");

        Assert.Equal(["b"], (await edge.NextAsync()).Tags);
    }
}
