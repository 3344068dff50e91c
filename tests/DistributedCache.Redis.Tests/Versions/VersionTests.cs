using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Versions;

/// <summary>Two versions of an application side by side, as during a deployment.</summary>
public sealed class VersionTests(SharedRedisCluster servers) : IAsyncDisposable
{
    private const string Key = "product:1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly List<Node> _nodes = [];
    private readonly Node.Counter _loads = new();

    [Fact]
    public async Task Get_OfAnEntryOfAnotherVersion_FindsNothing()
    {
        var (a, b) = await BothAsync();
        await a.Cache.SetAsync(Key, "of v1", cancellationToken: Stop);
        Assert.False((await b.Cache.GetAsync<string>(Key, cancellationToken: Stop)).HasValue);
        Assert.False((await b.Cache.GetManyAsync<string>([Key], cancellationToken: Stop))[Key].HasValue);
        Assert.Equal("load 1", (await b.LoadAsync(Key, _loads)).Value);
        Assert.Equal("of v1", (await a.LoadAsync(Key, _loads)).Value);
    }

    [Theory]
    [InlineData("key")]
    [InlineData("many")]
    [InlineData("tag")]
    [InlineData("prefix")]
    [InlineData("clear")]
    public async Task Invalidation_OnOneVersion_EndsTheEntriesOfBoth(string how)
    {
        var (a, b) = await BothAsync();
        await a.LoadAsync(Key, _loads, "shown");
        await b.LoadAsync(Key, _loads, "shown");
        Assert.Equal(2, _loads.Count);
        var result = how switch
        {
            "key" => await a.Cache.RemoveAsync(Key, Stop),
            "many" => await a.Cache.RemoveManyAsync([Key], Stop),
            "tag" => await a.Cache.RemoveByTagAsync("shown", Stop),
            "prefix" => await a.Cache.RemoveByPrefixAsync("product:", Stop),
            _ => await a.Cache.ClearAsync(Stop),
        };
        Assert.Equal(InvalidationStatus.Acknowledged, result.Status);
        await b.UntilLocalIsAsync(Key, null);
        Assert.Equal("load 3", (await b.LoadAsync(Key, _loads)).Value);
        Assert.Equal("load 4", (await a.LoadAsync(Key, _loads)).Value);
    }

    [Fact]
    public async Task Set_OnOneVersion_EndsTheEntryOfTheOther()
    {
        var (a, b) = await BothAsync();
        await b.LoadAsync(Key, _loads);
        Assert.Equal(InvalidationStatus.Acknowledged, (await a.Cache.SetAsync(Key, "set", cancellationToken: Stop)).Status);
        await b.UntilLocalIsAsync(Key, null);
        Assert.Equal("load 2", (await b.LoadAsync(Key, _loads)).Value);
    }

    [Fact]
    public async Task Remove_OnAVersionThatCameLater_EndsEntriesStoredBefore()
    {
        var a = await StartAsync("v1");
        await a.LoadAsync(Key, _loads);
        var b = await StartAsync("v2");
        Assert.Equal(InvalidationStatus.Acknowledged, (await b.Cache.RemoveAsync(Key, Stop)).Status);
        await a.UntilLocalIsAsync(Key, null);
        Assert.Equal("load 2", (await a.LoadAsync(Key, _loads)).Value);
    }

    [Fact]
    public async Task Get_OfAProfileWithoutVersions_FindsTheOthersEntry()
    {
        var a = await StartAsync("v1", Shared);
        var b = await StartAsync("v2", Shared);
        await a.Cache.SetAsync("country:ch", "shared", cancellationToken: Stop);
        var found = await b.Cache.GetAsync<string>("country:ch", cancellationToken: Stop);
        Assert.Equal(("shared", CacheTier.Remote), (found.Value, found.Tier));
        Assert.Equal(InvalidationStatus.Acknowledged, (await a.Cache.RemoveAsync("country:ch", Stop)).Status);
        await b.UntilLocalIsAsync("country:ch", null);
        Assert.Equal("load 1", (await b.LoadAsync("country:ch", _loads)).Value);

        static void Shared(TieredCacheOptions o) => o.Profiles["reference"] = new() { Keys = ["country:"], Versioned = false };
    }

    [Fact]
    public async Task Register_AnotherVersionIsInUse_AnswersWhenEachWasAnnounced()
    {
        var (a, _) = await BothAsync();
        var replies = await a.Remote.RegisterAsync(["v1"], withMarks: false, Stop);
        foreach (var reply in replies)
        {
            var announced = reply!.Value.Announced!;
            Assert.Equal(["_", "v1", "v2"], announced.Keys.Order());
            Assert.All(announced.Values, at => Assert.InRange(at, announced["v2"] - 3600, announced["v2"] + 3600));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    private async Task<(Node Of1, Node Of2)> BothAsync() => (await StartAsync("v1"), await StartAsync("v2"));

    private async Task<Node> StartAsync(string version, Action<TieredCacheOptions>? configure = null)
    {
        var node = new Node(servers.ConnectionString, _application, o =>
        {
            o.Version = version;
            configure?.Invoke(o);
        });
        _nodes.Add(node);
        await node.UntilWritingAsync($"warm:{version}");
        return node;
    }
}
