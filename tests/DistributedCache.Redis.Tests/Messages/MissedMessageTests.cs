using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>A node whose messages get lost, and the log with them.</summary>
public sealed class MissedMessageTests : IAsyncLifetime
{
    private const string Key = "product:1", Other = "product:2";

    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private RedisSingle _server = null!;
    private Node _a = null!;
    private Node _b = null!;
    private Stored _stored = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisSingle.StartAsync();
        await _server.Server.ExecuteAsync("ACL", "SETUSER", "deaf", "on", ">secret", "~*", "&*", "+@all");
        _a = new Node(_server.ConnectionString, _application, Configure);
        _b = new Node($"{_server.ConnectionString},user=deaf,password=secret", _application, Configure);
        _stored = await Stored.OpenAsync(_server.ConnectionString, _application, partitions: 1);
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
        foreach (var key in new[] { Key, Other })
        {
            await _a.LoadAsync(key, _loads, "shown");
            await _b.LoadAsync(key, _loads, "shown");
        }
    }

    [Theory]
    [InlineData("key")]
    [InlineData("expire")]
    [InlineData("set")]
    [InlineData("tag")]
    [InlineData("prefix")]
    [InlineData("clear")]
    public async Task Get_AfterSubscriptionsWereCut_AnswersNothingOldLaterThanMaxStaleness(string how)
    {
        var first = (await _b.LoadAsync(Key, _loads, "shown")).Value;
        await _server.Server.ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
        await InvalidateAsync(how);
        await LosesAsync(Key, first!);
    }

    [Fact]
    public async Task Get_OfANodeThatHearsNothing_AnswersNothingOldLaterThanMaxStaleness()
    {
        await DeafenAsync();
        for (var i = 0; i < 10; i++)
        {
            var old = (await _b.LoadAsync(Key, _loads, "shown")).Value;
            await InvalidateAsync(i % 2 == 0 ? "key" : "tag");
            await LosesAsync(Key, old!);
            Assert.Equal((await _b.LoadAsync(Key, _loads, "shown")).Value, (await _a.LoadAsync(Key, _loads, "shown")).Value);
        }
    }

    [Fact]
    public async Task Get_OfANodeThatHearsNothing_KeepsWhatTheLogDoesNotName()
    {
        await DeafenAsync();
        var (old, other) = ((await _b.LoadAsync(Key, _loads)).Value, (await _b.LoadAsync(Other, _loads)).Value);
        await InvalidateAsync("key");
        await LosesAsync(Key, old!);
        var kept = await _b.LoadAsync(Other, _loads, "shown");
        Assert.Equal((other, CacheTier.Local), (kept.Value, kept.Tier));
    }

    [Theory]
    [InlineData("XTRIM")]
    [InlineData("DEL")]
    public async Task Get_WhereTheLogWasLostToo_DropsThePartition(string how)
    {
        await DeafenAsync();
        string[] command = how == "DEL" ? ["DEL", _stored.Log(0)] : ["XTRIM", _stored.Log(0), "MAXLEN", "0"];

        // A heartbeat may come between the invalidation and the loss of the log: until none does.
        await Poll.UntilAsync(
            async () =>
            {
                var (old, other) = ((await _b.LoadAsync(Key, _loads)).Value, (await _b.LoadAsync(Other, _loads)).Value);
                await InvalidateAsync("key");
                await _server.Server.ExecuteAsync(command);
                await LosesAsync(Key, old!);

                // In the remote tier it still is, and nothing says that it is not valid.
                var kept = await _b.LoadAsync(Other, _loads, "shown");
                Assert.Equal(other, kept.Value);
                return kept.Tier == CacheTier.Remote;
            },
            () => "What the log may have named is answered from memory.");
    }

    [Fact]
    public async Task Get_WhereTheHashWasDeleted_AnswersNothingFromBefore()
    {
        await DeafenAsync();
        var (old, other) = ((await _b.LoadAsync(Key, _loads)).Value, (await _b.LoadAsync(Other, _loads)).Value);
        await _server.Server.ExecuteAsync("DEL", _stored.Hash(0));
        await InvalidateAsync("tag");
        await LosesAsync(Key, old!);
        await LosesAsync(Other, other!);
        await _server.Server.ExecuteAsync("ACL", "SETUSER", "deaf", "&*");
        await SharesAsync();
    }

    [Fact]
    public async Task Flush_OfTheServer_BringsNothingBackThatWasInvalidated()
    {
        var begun = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        var late = _a.Cache.GetOrCreateAsync("product:3", 0, async (_, _, _) =>
        {
            begun.SetResult();
            await go.Task;
            return "old";
        }, tags: ["shown"], cancellationToken: Stop).AsTask();
        await begun.Task;
        await InvalidateAsync("tag");
        await _b.Cache.RemoveAsync("product:3", Stop);

        await _server.Server.ExecuteAsync("FLUSHALL");

        go.SetResult();
        Assert.Equal("old", await late);
        await SharesAsync();
        string?[] ancient = ["load 1", "load 2"];
        foreach (var node in new[] { _a, _b })
        {
            Assert.NotEqual("old", (await node.LoadAsync("product:3", _loads, "shown")).Value);
            foreach (var key in new[] { Key, Other }) Assert.DoesNotContain((await node.LoadAsync(key, _loads, "shown")).Value, ancient);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _stored.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static void Configure(TieredCacheOptions options)
    {
        (options.MaxStaleness, options.HeartbeatInterval) = (MaxStaleness, MaxStaleness / 4);
        options.Partitions = 1;
    }

    // The server drops the user's subscriptions and refuses new ones.
    private async Task DeafenAsync()
    {
        await _server.Server.ExecuteAsync("ACL", "SETUSER", "deaf", "resetchannels");
        await Poll.UntilAsync(
            async () => !((string)(await _server.Server.ExecuteAsync("CLIENT", "LIST"))!).Split('\n').Any(static c => c.Contains("user=deaf", StringComparison.Ordinal) && !c.Contains("ssub=0", StringComparison.Ordinal)),
            () => "The node is still subscribed.");
    }

    private async Task InvalidateAsync(string how)
    {
        var result = how switch
        {
            "key" => await _a.Cache.RemoveAsync(Key, Stop),
            "expire" => await _a.Cache.ExpireAsync(Key, Stop),
            "set" => await _a.Cache.SetAsync(Key, "set", cancellationToken: Stop),
            "tag" => await _a.Cache.RemoveByTagAsync("shown", Stop),
            "prefix" => await _a.Cache.RemoveByPrefixAsync("product:", Stop),
            _ => await _a.Cache.ClearAsync(Stop),
        };
        Assert.Equal(InvalidationStatus.Acknowledged, result.Status);
    }

    private Task LosesAsync(string key, string old) => _b.UntilGoneAsync(key, old, _loads, MaxStaleness, "shown");

    private async Task SharesAsync()
    {
        foreach (var node in new[] { _a, _b }) await node.UntilWritingAsync("product:4");
        await Poll.UntilAsync(
            async () =>
            {
                var removed = await _a.Cache.RemoveAsync("product:4", Stop);
                return await _b.Cache.WaitForAsync(removed.Token, MaxStaleness * 2, Stop) && (await _a.LoadAsync("product:4", _loads)).Value == (await _b.LoadAsync("product:4", _loads)).Value;
            },
            () => "The nodes do not share their values.");
    }
}
