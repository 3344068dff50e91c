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
        _cluster = await RedisCluster.StartAsync();
        _a = new Node(_cluster.ConnectionString, _application, Configure, isPatient: false);
        _b = new Node(_cluster.ConnectionString, _application, Configure, isPatient: false);
        await _a.UntilWritingAsync(Keys);
        await _b.UntilWritingAsync(Keys);
    }

    [Fact]
    public async Task Entries_OnOtherMasters_StayVerified()
    {
        var (hung, others) = await PartedAsync(_cluster.Nodes[0]);
        foreach (var key in Keys) await _b.LoadAsync(key, _loads);
        _cluster.Nodes[0].Stop();

        // A look into memory asks no server, so that nothing but heads verifies what was loaded before.
        await Poll.UntilAsync(async () => (await _b.LocalAsync(hung[0])).IsUnverified, () => "What hangs on the hung master is taken for verified.");
        var since = Stopwatch.GetTimestamp();
        foreach (var key in others)
        {
            await Poll.UntilAsync(
                async () => await _b.LocalAsync(key) is { HasValue: true, IsUnverified: false } && Stopwatch.GetElapsedTime(since) > 2 * MaxStaleness,
                () => $"'{key}' is verified no more.");
        }

        await Poll.UntilAsync(async () => (await _a.Cache.RemoveAsync(others[0], Stop)).Status == InvalidationStatus.Acknowledged, () => "Nothing can be removed.");
        await _b.UntilLocalIsAsync(others[0], null);
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
