namespace DistributedCache.Tests.Pipeline;

/// <summary>Primary values are nowhere else: no clear, tag, prefix or lack of room loses one unsaid.</summary>
public class PrimaryTests
{
    private static void Configure(TieredCacheOptions options) => options.Profiles["session"] = new() { Keys = ["s:"] };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Clear_Tags_Prefixes_LeavePrimaryValues(bool holdsValues)
    {
        await using var two = TwoNodes.Make(holdsValues, Configure);
        await two.A.Set("s:1", "x");
        await two.A.ForTenant("t").Set("s:1", "y");
        await two.A.Clear();
        await two.A.RemovePrefix("s:");
        await two.A.RemoveTag("s:1");
        await two.A.ForTenant("t").Clear();
        Assert.Equal("x", (await two.A.Find<string>("s:1")).Value);
        Assert.Equal("y", (await two.A.ForTenant("t").Find<string>("s:1")).Value);
        if (holdsValues) Assert.Equal("x", (await two.B.Find<string>("s:1")).Value);
        await two.B.Remove("s:1");
        Assert.False((await two.A.Find<string>("s:1")).HasValue);
    }

    [Fact]
    public async Task Tags_OnAPrimaryKey_AreRefused()
    {
        await using var node = TestCache.Make(Configure);
        foreach (var call in new Func<Task>[]
        {
            async () => await node.Cache.Set("s:1", "x", null, "t"),
            async () => await node.Cache.Load("s:1", "x", null, "t"),
            async () => await node.Cache.SetManyAsync([KeyValuePair.Create("s:1", "x")], null, ["t"], TestContext.Current.CancellationToken),
        })
        {
            var fault = await Assert.ThrowsAsync<ArgumentException>(call);
            Assert.Contains("s:1", fault.Message, StringComparison.Ordinal);
            Assert.Equal("tags", fault.ParamName);
        }
    }

    [Fact]
    public async Task SetAsync_RegionIsFull_IsRejectedAndSaysWhich()
    {
        await using var node = TestCache.Make(o =>
        {
            Configure(o);
            o.Profiles["session"].LocalBudget = 2_000;
        });
        var stored = 0;
        var rejected = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            var result = await node.Cache.Set($"s:{i}", new byte[100]);
            if (result.Status == InvalidationStatus.Rejected) rejected.AddRange(result.Rejected);
            else stored++;
            Assert.Equal(result.Status != InvalidationStatus.Rejected, (await node.Cache.Find<byte[]>($"s:{i}")).HasValue);
        }

        Assert.InRange(stored, 5, 20);
        Assert.Equal(40 - stored, rejected.Count);
        for (var i = 0; i < stored; i++) Assert.True((await node.Cache.Find<byte[]>($"s:{i}")).HasValue, "Nothing was evicted.");
    }

    [Fact]
    public async Task GetOrCreateAsync_TwoNodesLoadOneKey_BothHaveTheFirstOnesValue()
    {
        await using var two = TwoNodes.Make(configure: Configure);
        var a = new TestSource<string>();
        var b = new TestSource<string>();
        var first = two.A.Load("s:1", a);
        var second = two.B.Load("s:1", b);
        a[0].Answer("a");
        Assert.Equal("a", await first);
        b[0].Answer("b");
        Assert.Equal("a", await second);
        Assert.Equal("a", (await two.B.Find<string>("s:1")).Value);
    }

    [Fact]
    public async Task SetAsync_OtherNodeHasACopy_TakesItsPlace()
    {
        await using var two = TwoNodes.Make(configure: o => o.Profiles["state"] = new() { Keys = ["p:"], Primary = true });
        await two.A.Set("p:1", "x");
        Assert.Equal(CacheTier.Remote, (await two.B.Find<string>("p:1")).Tier);
        Assert.Equal(CacheTier.Local, (await two.B.Find<string>("p:1")).Tier);
        await two.A.Set("p:1", "y");
        Assert.Equal("y", (await two.B.Find<string>("p:1")).Value);
        await two.B.Expire("p:1");
        Assert.False((await two.A.Find<string>("p:1")).HasValue);
        await Assert.ThrowsAsync<FormatException>(async () => await two.A.Fail<string>("p:1", new FormatException("nothing stands in")));
    }
}
