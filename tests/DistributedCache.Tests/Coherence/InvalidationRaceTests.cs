using DistributedCache.Tests.Pipeline;

namespace DistributedCache.Tests.Coherence;

/// <summary>A load under way while its key is invalidated: who asked before may have the old value, nobody else does, and it is kept nowhere.</summary>
public class InvalidationRaceTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    public enum By
    {
        Remove,
        RemoveMany,
        Expire,
        Tag,
        FactoryTag,
        Prefix,
        Clear,
    }

    public static TheoryData<By, bool, bool> Cases
    {
        get
        {
            var cases = new TheoryData<By, bool, bool>();
            foreach (var by in Enum.GetValues<By>())
            {
                foreach (var holdsValues in new[] { false, true })
                {
                    cases.Add(by, holdsValues, false);
                    cases.Add(by, holdsValues, true);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Load_InvalidatedMeanwhile_ReachesOnlyWhoAskedBefore(By by, bool holdsValues, bool fromOtherNode)
    {
        await using var two = TwoNodes.Make(holdsValues);
        var source = new TestSource<string>();
        var early = two.A.Load("a:1", source, null, "tag").AsTask();
        source[0].Context.Tags.Add("late");
        await InvalidateAsync(fromOtherNode ? two.B : two.A, by);

        var newcomer = two.A.Load("a:1", source, null, "tag").AsTask();
        var entry = two.A.Entry("a:1", source, null, "tag").AsTask();
        source[0].Answer("old");
        Assert.Equal("old", await Eventually.DoneAsync(new ValueTask<string>(early), two.Time, Step));
        await Eventually.TrueAsync(() => source.Count == 2, () => two.Time.Advance(Step));
        foreach (var cache in new[] { two.A, two.B }) Assert.False((await cache.Find<string>("a:1")).HasValue);
        source[1].Answer("new");
        Assert.Equal("new", await Eventually.DoneAsync(new ValueTask<string>(newcomer), two.Time, Step));
        Assert.Equal("new", (await Eventually.DoneAsync(new ValueTask<CacheLookup<string>>(entry), two.Time, Step)).Value);
        Assert.Equal(2, source.Count);
        Assert.Equal("new", (await two.A.Find<string>("a:1")).Value);
        var other = await two.B.Find<string>("a:1");
        Assert.Equal(holdsValues ? "new" : null, other.Value);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task Load_SetMeanwhile_DoesNotReplaceIt(bool holdsValues, bool fromOtherNode)
    {
        await using var two = TwoNodes.Make(holdsValues);
        var source = new TestSource<string>();
        var early = two.A.Load("a", source).AsTask();
        var setter = fromOtherNode ? two.B : two.A;
        await setter.Set("a", "set");
        source[0].Answer("old");
        Assert.Equal("old", await early);
        Assert.Equal("set", (await setter.Find<string>("a")).Value);
        Assert.NotEqual("old", (await two.A.Find<string>("a")).Value);
        if (holdsValues) Assert.Equal("set", (await two.A.Find<string>("a")).Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Load_OtherKeyOrTagInvalidatedMeanwhile_IsKeptAndJoined(bool holdsValues)
    {
        await using var two = TwoNodes.Make(holdsValues, partitions: 1);
        var source = new TestSource<string>();
        var early = two.A.Load("a:1", source, null, "tag").AsTask();
        await two.B.Remove("a:2");
        await two.B.RemoveTag("other");
        await two.B.RemovePrefix("b:");
        await two.B.ForTenant("t").Clear();
        await two.B.ForTenant("t").RemoveTag("tag");
        var newcomer = two.A.Load("a:1", source, null, "tag").AsTask();
        source[0].Answer("x");
        Assert.Equal(["x", "x"], await Task.WhenAll(early, newcomer));
        Assert.Equal(1, source.Count);
        Assert.Equal(CacheTier.Local, (await two.A.Find<string>("a:1")).Tier);
    }

    [Fact]
    public async Task BulkLoad_OneKeyRemovedMeanwhile_KeepsTheOthers()
    {
        await using var two = TwoNodes.Make();
        var release = new TaskCompletionSource();
        var loading = two.A.GetOrCreateManyAsync<string>(["a", "b"], async (keys, _, _) =>
        {
            await release.Task;
            return keys.ToDictionary(k => k, k => "old " + k);
        }, cancellationToken: TestContext.Current.CancellationToken).AsTask();
        await two.B.Remove("a");
        release.SetResult();
        Assert.Equal(2, (await loading).Count);
        Assert.False((await two.A.Find<string>("a")).HasValue);
        Assert.False((await two.B.Find<string>("a")).HasValue);
        Assert.Equal("old b", (await two.B.Find<string>("b")).Value);
    }

    [Theory]
    [InlineData(By.FactoryTag)]
    [InlineData(By.Tag)]
    [InlineData(By.Remove)]
    [InlineData(By.Clear)]
    public async Task SoftTimeout_StaleValueInvalidated_IsNotServedToNewcomers(By by)
    {
        await using var two = TwoNodes.Make(false, o =>
        {
            o.Profiles["Default"].StaleFor = TimeSpan.FromHours(1);
            o.Profiles["Default"].FactorySoftTimeout = TimeSpan.FromMilliseconds(100);
            o.Profiles["Default"].FactoryHardTimeout = TimeSpan.FromHours(1);
        });
        var source = new TestSource<string>();
        var first = two.A.Load("a:1", source, new() { Duration = TimeSpan.FromSeconds(1) }, "tag");
        source[0].Context.Tags.Add("late");
        source[0].Answer("old");
        await first;
        two.Time.Advance(TimeSpan.FromSeconds(1));
        var stale = two.A.Load("a:1", source).AsTask();
        await Eventually.TrueAsync(() => stale.IsCompleted, () => two.Time.Advance(TimeSpan.FromMilliseconds(50)));
        Assert.Equal("old", await stale);

        await InvalidateAsync(two.A, by);
        var newcomer = two.A.Load("a:1", source).AsTask();
        await Eventually.TrueAsync(() => source.Count == 3);
        Assert.False(newcomer.IsCompleted);
        source[2].Answer("new");
        Assert.Equal("new", await newcomer);
        source[1].Answer("older");
        Assert.Equal("new", (await two.A.Find<string>("a:1")).Value);
    }

    private static async Task InvalidateAsync(ITieredCache cache, By by)
    {
        var result = by switch
        {
            By.Remove => await cache.Remove("a:1"),
            By.RemoveMany => await cache.RemoveManyAsync(["a:1", "a:2"], TestContext.Current.CancellationToken),
            By.Expire => await cache.Expire("a:1"),
            By.Tag => await cache.RemoveTag("tag"),
            By.FactoryTag => await cache.RemoveTag("late"),
            By.Prefix => await cache.RemovePrefix("a:"),
            _ => await cache.Clear(),
        };
        Assert.Equal(InvalidationStatus.Acknowledged, result.Status);
    }
}
