using System.Globalization;
using System.Text;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Caching.Distributed;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>A slot on the move, with some of its keys here and some there: scripts are answered TRYAGAIN, and change nothing.</summary>
public sealed class MovingSlotTests : IAsyncLifetime
{
    private const string Key = "product:1";

    private static readonly DistributedCacheEntryOptions Absolute = new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private RedisCluster _cluster = null!;
    private Stored _stored = null!;
    private RedisProcess _source = null!;
    private RedisProcess _target = null!;
    private int _slot;
    private Node _a = null!;
    private Node _b = null!;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartAsync();
        _stored = await Stored.OpenAsync(_cluster.ConnectionString, _application, partitions: 1);
        _slot = await _cluster.SlotOfAsync(_stored.Hash(0));
        _source = await _cluster.MasterOfAsync(_slot);
        _target = _cluster.Nodes.Take(3).First(node => node != _source);
        _a = new Node(_cluster.ConnectionString, _application, static o => o.Partitions = 1);
        _b = new Node(_cluster.ConnectionString, _application, static o => o.Partitions = 1);
        await _a.UntilWritingAsync();
        await _b.UntilWritingAsync();
    }

    [Fact]
    public async Task Remove_HalfTheSlotHasMoved_HoldsHereAtOnceAndEverywhereOnceAllHas()
    {
        await _a.LoadAsync(Key, _loads);
        Assert.Equal("load 1", (await _b.LoadAsync(Key, _loads)).Value);
        await MoveHalfAsync();

        Assert.Equal(InvalidationStatus.Queued, (await _a.Cache.RemoveAsync(Key, Stop)).Status);
        Assert.Equal("load 2", (await _a.LoadAsync(Key, _loads)).Value);

        await MoveRestAsync();
        await _b.UntilLocalIsAsync(Key, null);
        Assert.NotEqual("load 1", (await _b.LoadAsync(Key, _loads)).Value);
        await _a.UntilWritingAsync();
        await using var late = new Node(_cluster.ConnectionString, _application, static o => o.Partitions = 1);
        await late.UntilWritingAsync();
        Assert.NotEqual("load 1", (await late.LoadAsync(Key, _loads)).Value);
    }

    [Fact]
    public async Task Load_HalfTheSlotHasMoved_AnswersWhatTheFactoryLoads()
    {
        await _a.LoadAsync(Key, _loads);
        await MoveHalfAsync();
        Assert.Equal("load 2", (await _a.LoadAsync("product:2", _loads)).Value);
        Assert.Equal("load 2", (await _a.LoadAsync("product:2", _loads)).Value);
        Assert.Equal("load 1", (await _b.LoadAsync(Key, _loads)).Value);
    }

    [Fact]
    public async Task Session_HalfTheSlotHasMoved_IsStoredAndReadAndOutlivesTheMove()
    {
        await _a.Distributed.SetAsync("session:1", "old"u8.ToArray(), Absolute, Stop);
        Assert.Equal("old", await SessionAsync(_b));
        await MoveHalfAsync();
        await _a.Distributed.SetAsync("session:1", "new"u8.ToArray(), Absolute, Stop);
        Assert.Equal("new", await SessionAsync(_a));

        // Its number follows, and with it the other node's memory.
        await MoveRestAsync();
        await Poll.UntilAsync(async () => await SessionAsync(_b) == "new", () => "The other node answers the old session.");
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _stored.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    // The partition's hash goes ahead of its log, entries and leases.
    private async Task MoveHalfAsync()
    {
        await RedisCluster.BeginMoveAsync(_slot, _source, _target);
        Assert.Equal("OK", await _source.ExecuteAsync("MIGRATE", "127.0.0.1", _target.Port.ToString(CultureInfo.InvariantCulture), _stored.Hash(0), "0", "5000"));
    }

    private async Task MoveRestAsync()
    {
        await RedisCluster.MoveKeysAsync(_slot, _source, _target);
        await _cluster.EndMoveAsync(_slot, _source, _target);
    }

    private static async Task<string?> SessionAsync(Node node) => await node.Distributed.GetAsync("session:1", Stop) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
}
