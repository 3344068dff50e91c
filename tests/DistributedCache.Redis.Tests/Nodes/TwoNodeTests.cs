using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Nodes;

/// <summary>What one node does is so on the other: over a real cluster.</summary>
public sealed class TwoNodeTests : IAsyncDisposable
{
    private const string Key = "product:1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _connectionString;
    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node _a;
    private readonly Node _b;
    private readonly Node.Counter _loads = new();

    public TwoNodeTests(SharedRedisCluster servers)
    {
        _connectionString = servers.ConnectionString;
        _a = new Node(_connectionString, _application);
        _b = new Node(_connectionString, _application);
    }

    [Fact]
    public async Task GetOrCreate_LoadedOnAnotherNode_IsAHitOfTheRemoteTierThenOfTheLocal()
    {
        await _a.LoadAsync(Key, _loads);
        var first = await _b.LoadAsync(Key, _loads);
        var second = await _b.LoadAsync(Key, _loads);
        Assert.Equal(("load 1", CacheTier.Remote), (first.Value, first.Tier));
        Assert.Equal(("load 1", CacheTier.Local), (second.Value, second.Tier));
    }

    [Theory]
    [InlineData("key")]
    [InlineData("tag")]
    [InlineData("prefix")]
    [InlineData("clear")]
    [InlineData("many")]
    public async Task Invalidation_OnOneNode_EndsTheEntryOnBoth(string how)
    {
        await _a.LoadAsync(Key, _loads, "shown");
        await _b.LoadAsync(Key, _loads, "shown");
        var result = how switch
        {
            "key" => await _a.Cache.RemoveAsync(Key, Stop),
            "tag" => await _a.Cache.RemoveByTagAsync("shown", Stop),
            "prefix" => await _a.Cache.RemoveByPrefixAsync("product:", Stop),
            "clear" => await _a.Cache.ClearAsync(Stop),
            _ => await _a.Cache.RemoveManyAsync([Key, "product:2"], Stop),
        };
        Assert.Equal(InvalidationStatus.Acknowledged, result.Status);
        await _b.UntilLocalIsAsync(Key, null);
        Assert.Equal("load 2", (await _b.LoadAsync(Key, _loads)).Value);
        Assert.Equal("load 2", (await _a.LoadAsync(Key, _loads)).Value);
    }

    [Fact]
    public async Task Set_OnOneNode_IsWhatTheOtherReads()
    {
        await _b.LoadAsync(Key, _loads);
        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.SetAsync(Key, "set", cancellationToken: Stop)).Status);
        await _b.UntilLocalIsAsync(Key, null);
        Assert.Equal("set", (await _b.LoadAsync(Key, _loads)).Value);
        Assert.Equal(1, _loads.Count);
    }

    [Fact]
    public async Task Set_OnBothNodesInTurn_IsNeverRefused()
    {
        for (var i = 0; i < 50; i++)
        {
            var status = (await (i % 2 == 0 ? _a : _b).Cache.SetAsync(Key, $"set {i}", cancellationToken: Stop)).Status;
            Assert.Equal(InvalidationStatus.Acknowledged, status);
        }

        await _a.UntilLocalIsAsync(Key, null);
        Assert.Equal("set 49", (await _a.LoadAsync(Key, _loads)).Value);
    }

    [Fact]
    public async Task GetOrCreate_OnBothNodesAtOnce_RunsOneFactory()
    {
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => (i % 2 == 0 ? _a : _b).LoadAsync(Key, _loads)));
        Assert.Equal(1, _loads.Count);
    }

    [Fact]
    public async Task GetOrCreate_WhoseKeyWasRemovedOnTheOtherNodeMeanwhile_IsStoredNowhere()
    {
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var load = _a.Cache.GetOrCreateAsync(Key, 0, async (_, _, _) =>
        {
            begun.SetResult();
            await go.Task;
            return "old";
        }, cancellationToken: Stop).AsTask();
        await begun.Task;
        await _b.Cache.RemoveAsync(Key, Stop);
        go.SetResult();
        await load;
        Assert.Equal("load 1", (await _b.LoadAsync(Key, _loads)).Value);
        Assert.Equal("load 1", (await _a.LoadAsync(Key, _loads)).Value);
    }

    [Fact]
    public async Task WaitFor_TheTokenOfTheOthersWrite_IsReached()
    {
        var result = await _a.Cache.RemoveAsync(Key, Stop);
        Assert.True(await _b.Cache.WaitForAsync(result.Token, Poll.Deadline, Stop));
    }

    [Fact]
    public async Task GetMany_OfThousandKeysSetOnTheOtherNode_FindsThemAll()
    {
        string[] keys = [.. Enumerable.Range(0, 1_000).Select(static i => $"product:{i}")];
        await _a.Cache.SetManyAsync(keys.Select(static key => KeyValuePair.Create(key, key)), cancellationToken: Stop);
        var found = await _b.Cache.GetManyAsync<string>(keys, cancellationToken: Stop);
        Assert.Empty(keys.Where(key => found[key].Value != key).Take(5));
    }

    [Fact]
    public async Task Clear_OfOneTenant_LeavesTheOthers()
    {
        // A node that knows no heads yet can't say that it has reached a token.
        await _b.UntilWritingAsync();
        await _a.Cache.ForTenant("acme").SetAsync(Key, "acme's", cancellationToken: Stop);
        await _a.Cache.ForTenant("other").SetAsync(Key, "other's", cancellationToken: Stop);
        var cleared = await _a.Cache.ForTenant("acme").ClearAsync(Stop);
        Assert.Equal(InvalidationStatus.Acknowledged, cleared.Status);
        Assert.True(await _b.Cache.WaitForAsync(cleared.Token, Poll.Deadline, Stop));
        Assert.False((await _b.Cache.ForTenant("acme").GetAsync<string>(Key, cancellationToken: Stop)).HasValue);
        Assert.Equal("other's", (await _b.Cache.ForTenant("other").GetAsync<string>(Key, cancellationToken: Stop)).Value);
    }

    [Fact]
    public async Task ForApplication_FromAnotherApplication_InvalidatesKeyAndTag()
    {
        await _a.LoadAsync(Key, _loads, "shown");
        await using var billing = new Node(_connectionString, SharedRedisCluster.NewApplication());
        Assert.Equal(InvalidationStatus.Acknowledged, (await billing.Cache.ForApplication(_application).RemoveAsync(Key, Stop)).Status);
        await _a.UntilLocalIsAsync(Key, null);
        await _a.LoadAsync(Key, _loads, "shown");
        Assert.Equal(InvalidationStatus.Acknowledged, (await billing.Cache.ForApplication(_application).RemoveByTagAsync("shown", Stop)).Status);
        await _a.UntilLocalIsAsync(Key, null);
        Assert.Equal(InvalidationStatus.Rejected, (await billing.Cache.ForApplication("nobody").ClearAsync(Stop)).Status);
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
    }
}
