using System.Diagnostics;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>One of three masters hangs: what hangs on the others alone is as before.</summary>
public sealed class HungMasterTests : IAsyncLifetime
{
    private static readonly TimeSpan MaxStaleness = TimeSpan.FromSeconds(2);

    // Without prefixes: those live on masters of their own.
    private static readonly string[] Keys = [.. Enumerable.Range(0, 30).Select(static i => $"product-{i}")];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private RedisCluster _cluster = null!;
    private Node _a = null!;
    private Node _b = null!;

    public async ValueTask InitializeAsync()
    {
        // No failover during a test.
        _cluster = await RedisCluster.StartAsync(nodeTimeout: 60_000);
        _a = new Node(_cluster.ConnectionString, _application, Configure);
        _b = new Node(_cluster.ConnectionString, _application, Configure);
        await _a.UntilWritingAsync(Keys);
        await _b.UntilWritingAsync(Keys);
    }

    [Fact]
    public async Task Entries_OnOtherMasters_StayVerified()
    {
        var (hung, others) = await PartedAsync(_cluster.Nodes[0]);
        foreach (var key in Keys) await _b.LoadAsync(key, _loads);
        _cluster.Nodes[0].Stop();
        long? since = null;

        // Those that hang on it tell that what is verified is verified no more: from then on as long again.
        await Poll.UntilAsync(
            async () =>
            {
                foreach (var key in others) Assert.False((await _b.LoadAsync(key, _loads)).IsUnverified, key);
                if (since is null && (await _b.LoadAsync(hung[0], _loads)).IsUnverified) since = Stopwatch.GetTimestamp();
                return since is { } began && Stopwatch.GetElapsedTime(began) > 2 * MaxStaleness;
            },
            () => "What hangs on the hung master is taken for verified.");

        Assert.Equal(InvalidationStatus.Acknowledged, (await _a.Cache.RemoveAsync(others[0], Stop)).Status);
        await _b.UntilLocalIsAsync(others[0], null, MaxStaleness);
    }

    public async ValueTask DisposeAsync()
    {
        await _a.DisposeAsync();
        await _b.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    private static void Configure(TieredCacheOptions options) => options.MaxStaleness = MaxStaleness;

    private async Task<(string[] Hung, string[] Others)> PartedAsync(RedisProcess master)
    {
        await using var stored = await Stored.OpenAsync(_cluster.ConnectionString, _application);
        var hung = new List<string>();
        foreach (var key in Keys)
            if (await _cluster.MasterOfAsync(stored.Entry(key)!) == master) hung.Add(key);
        Assert.NotEmpty(hung);
        return ([.. hung], [.. Keys.Except(hung)]);
    }
}
