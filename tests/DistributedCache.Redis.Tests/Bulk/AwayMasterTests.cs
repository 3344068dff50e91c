using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Redis.Tests.Bulk;

/// <summary>A bulk call while one of three masters is away: its keys alone fall back or fail.</summary>
public sealed class AwayMasterTests : IAsyncLifetime
{
    private static readonly string[] Keys = [.. Enumerable.Range(0, 60).Select(static i => $"product:{i}")];

    private static readonly TieredCacheEntryOptions Remote = new() { Flags = HybridCacheEntryFlags.DisableLocalCache };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private readonly string _application = SharedRedisCluster.NewApplication();
    private RedisCluster _cluster = null!;
    private Node _node = null!;
    private string[] _away = [];
    private string[] _there = [];

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartAsync();
        _node = new Node(_cluster.ConnectionString + Node.EndlessClient, _application, static o => o.RemoteTimeout = TimeSpan.FromSeconds(4), isPatient: false);
        await _node.UntilWritingAsync(Keys);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BulkCalls_WithAMasterAway_FailForItsKeysAlone(bool isHung)
    {
        await Assert.AllAsync(Keys, async key => Assert.Equal("warm", (await _node.Cache.GetAsync<string>(key, Remote, Stop)).Value));
        await TakeAwayAsync(isHung);

        var found = await TimedAsync(_node.Cache.GetManyAsync<string>(Keys, Remote, Stop));
        Assert.Equal(Keys.Length, found.Count);
        Assert.All(_there, key => Assert.Equal("warm", found[key].Value));
        Assert.All(_away, key => Assert.False(found[key].HasValue));

        var asked = Array.Empty<string>();
        var loaded = await TimedAsync(_node.Cache.GetOrCreateManyAsync(
            Keys,
            0,
            (_, missing, _, _) =>
            {
                asked = [.. asked, .. missing];
                return ValueTask.FromResult<IReadOnlyDictionary<string, string>>(missing.ToDictionary(static key => key, static _ => "loaded"));
            },
            Remote,
            cancellationToken: Stop));
        Assert.All(_there, key => Assert.Equal("warm", loaded[key]));
        Assert.All(_away, key => Assert.Equal("loaded", loaded[key]));
        Assert.Equal(_away.Order(), asked.Order());

        var set = await TimedAsync(_node.Cache.SetManyAsync(Keys.Select(static key => KeyValuePair.Create(key, "set")), cancellationToken: Stop));
        Assert.Equal((InvalidationStatus.Queued, 0), (set.Status, set.Rejected.Count));
        found = await TimedAsync(_node.Cache.GetManyAsync<string>(_there, Remote, Stop));
        Assert.All(_there, key => Assert.Equal("set", found[key].Value));

        var removed = await TimedAsync(_node.Cache.RemoveManyAsync(Keys, Stop));
        Assert.Equal((InvalidationStatus.Queued, 0), (removed.Status, removed.Rejected.Count));
        found = await TimedAsync(_node.Cache.GetManyAsync<string>(_there, Remote, Stop));
        Assert.All(_there, key => Assert.False(found[key].HasValue));
    }

    [Fact]
    public async Task Calls_OnOtherMasters_GoOnWhileOneIsHung()
    {
        await TakeAwayAsync(isHung: true);

        // Until the breaker of the hung one is open, and beyond.
        for (var i = 0; i < 3; i++) await TimedAsync(_node.Cache.GetManyAsync<string>(Keys, Remote, Stop));
        foreach (var key in _there)
        {
            Assert.Equal(InvalidationStatus.Acknowledged, (await _node.Cache.SetAsync(key, "set", cancellationToken: Stop)).Status);
            Assert.Equal("set", (await _node.Cache.GetAsync<string>(key, Remote, Stop)).Value);
            Assert.Equal(InvalidationStatus.Acknowledged, (await _node.Cache.RemoveAsync(key, Stop)).Status);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.Nodes[0].ReviveAsync();
        await _node.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    private async Task TakeAwayAsync(bool isHung)
    {
        var master = _cluster.Nodes[0];
        await using (var stored = await Stored.OpenAsync(_cluster.ConnectionString, _application))
        {
            var away = new List<string>();
            foreach (var key in Keys)
                if (await _cluster.MasterOfAsync(stored.Entry(key)!) == master) away.Add(key);
            _away = [.. away];
            _there = [.. Keys.Except(away)];
        }

        Assert.NotEmpty(_away);
        Assert.NotEmpty(_there);
        if (isHung) master.Stop();
        else await master.KillAsync();
    }

    // The client waits for longer: nothing but the cache's own time limit ends a call, once for what it reads and once for what it writes.
    private static Task<T> TimedAsync<T>(ValueTask<T> call) => call.AsTask().WaitAsync(Poll.Deadline, Stop);
}
