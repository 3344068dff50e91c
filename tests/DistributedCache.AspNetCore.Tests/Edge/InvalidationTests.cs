using System.Globalization;
using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Redis.Tests.Servers;
using DistributedCache.Remote;
using DistributedCache.Tests.Remote;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>From an invalidation to the purge, in whole applications.</summary>
public class InvalidationTests
{
    private static readonly EdgeTagFormat Format = new("tags", ',', 32, 32, 8_192);

    [Fact]
    public async Task RemoveByTag_OneEdge_PurgesItsTag()
    {
        var edge = new RecordedPurger();
        await using var host = await EdgeHost.StartAsync(b => Add(b, "edge", edge));

        var result = await host.Cache.RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);

        Assert.Equal(InvalidationStatus.LocalOnly, result.Status);
        Assert.Equal(["catalog"], (await edge.NextAsync()).Tags);
    }

    [Fact]
    public async Task RemoveByTag_TwoEdges_PurgesBoth()
    {
        var (first, second) = (new RecordedPurger(), new RecordedPurger());
        await using var host = await EdgeHost.StartAsync(b =>
        {
            Add(b, "first", first);
            Add(b, "second", second);
        });

        await host.Cache.RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);

        Assert.Equal(["catalog"], (await first.NextAsync()).Tags);
        Assert.Equal(["catalog"], (await second.NextAsync()).Tags);
    }

    [Fact]
    public async Task RemoveByTag_OneEdgeIsAway_PurgesTheOther()
    {
        var (away, there) = (new RecordedPurger { OnPurge = static _ => throw new HttpRequestException("away") }, new RecordedPurger());
        await using var host = await EdgeHost.StartAsync(b =>
        {
            Add(b, "away", away);
            Add(b, "there", there);
        });

        await host.Cache.RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);

        Assert.Equal(["catalog"], (await there.NextAsync()).Tags);
    }

    [Fact]
    public async Task RemoveByTag_ThroughHybridCache_PurgesTheEdge()
    {
        var edge = new RecordedPurger();
        await using var host = await EdgeHost.StartAsync(b => Add(b, "edge", edge));

        await host.Services.GetRequiredService<HybridCache>().RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);

        Assert.Equal(["catalog"], (await edge.NextAsync()).Tags);
    }

    [Fact]
    public async Task Remove_KeyOrPrefix_PurgesNothing()
    {
        var edge = new RecordedPurger();
        await using var host = await EdgeHost.StartAsync(b => Add(b, "edge", edge));

        await host.Cache.RemoveAsync("catalog", TestContext.Current.CancellationToken);
        await host.Cache.RemoveByPrefixAsync("catalog:", TestContext.Current.CancellationToken);
        await host.Cache.RemoveByTagAsync("last", TestContext.Current.CancellationToken);

        Assert.Equal(["last"], (await edge.NextAsync()).Tags);
    }

    [Fact]
    public async Task RemoveByTag_NamedCache_PurgesItsOwnEdge()
    {
        var (named, unnamed) = (new RecordedPurger(), new RecordedPurger());
        await using var host = await EdgeHost.StartAsync(b =>
        {
            Add(b, "edge", unnamed);
            Add(b.Services.AddTieredCache("orders"), "edge", named);
        });

        await host.Services.GetRequiredKeyedService<ITieredCache>("orders").RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);

        Assert.Equal(["catalog"], (await named.NextAsync()).Tags);
        Assert.Equal(0, unnamed.Waiting);
    }

    [Fact]
    public async Task RemoveByTag_MaxStalenessOfTheCache_IsOverBeforeTheSecondPurge()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var edge = new RecordedPurger(time);
        await using var host = await EdgeHost.StartAsync(b => Add(b, "edge", edge), o => (o.TimeProvider, o.MaxStaleness) = (time, TimeSpan.FromMinutes(2)));
        await host.Cache.RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);
        var first = await edge.NextAsync();

        var second = await edge.NextAsync(time);

        Assert.InRange(second.Time - first.Time, TimeSpan.FromSeconds(121), TimeSpan.MaxValue);
    }

    [Fact]
    public async Task Stop_SecondPurgeIsPending_IsDoneBeforeTheEnd()
    {
        var edge = new RecordedPurger();
        await using var host = await EdgeHost.StartAsync(b => Add(b, "edge", edge), static o => o.MaxStaleness = TimeSpan.FromHours(1));
        await host.Cache.RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);
        await edge.NextAsync();

        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["catalog"], (await edge.NextAsync()).Tags);
    }

    [Fact]
    public async Task Stop_HostGivesUp_EndsAtOnce()
    {
        var edge = new RecordedPurger { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        await using var host = await EdgeHost.StartAsync(b => Add(b.ConfigureEdges(static o => o.DrainTimeout = TimeSpan.FromMinutes(5)), "edge", edge));
        await host.Cache.RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);
        await edge.NextAsync();

        using var given = new CancellationTokenSource();
        var stop = host.StopAsync(given.Token);
        Assert.False(stop.IsCompleted);
        await given.CancelAsync();

        // A host says with its end that it was given up.
        await stop.ContinueWith(static _ => { }, TaskScheduler.Default).WaitAsync(Poll.Deadline, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task RemoveByTag_MorePendingThanTheLimit_IsDropped()
    {
        using var counts = new PurgeCounts("limited");
        var edge = new RecordedPurger { OnPurge = static token => Task.Delay(Timeout.Infinite, token) };
        await using var host = await EdgeHost.StartAsync(b => Add(b.ConfigureEdges(static o => (o.PendingLimit, o.DrainTimeout) = (2, TimeSpan.Zero)), "limited", edge));

        await host.Cache.RemoveByTagAsync("first", TestContext.Current.CancellationToken);
        await host.Cache.RemoveByTagAsync("second", TestContext.Current.CancellationToken);

        Assert.Equal(1, counts["dropped"]);
    }

    [Fact]
    public async Task RemoveByTag_NamedCacheOnRedis_KeepsItsPurgesThere()
    {
        await using var redis = await RedisSingle.StartAsync();
        var edge = new RecordedPurger();
        await using var host = await EdgeHost.StartAsync(b => Add(b.Services.AddTieredCache("orders", static o => (o.Application, o.RemoteTimeout) = ("edge", Patience.OfTheCache)).UseRedis(redis.ConnectionString + Patience.OfTheClient), "edge", edge));

        await host.Services.GetRequiredKeyedService<ITieredCache>("orders").RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);
        await edge.NextAsync();

        Assert.NotNull(await redis.Server.ExecuteAsync("ZSCORE", "{edge:s}purges:edge", "2:catalog"));
    }

    [Fact]
    public async Task Restart_PurgePendingInRedis_IsDoneByTheNextProcess()
    {
        await using var redis = await RedisSingle.StartAsync();
        var (before, after) = (new RecordedPurger(), new RecordedPurger());
        await using (var host = await StartAsync(redis, before, TimeSpan.FromHours(1)))
        {
            var result = await host.Cache.RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);
            Assert.Equal(InvalidationStatus.Acknowledged, result.Status);
            await before.NextAsync();
        }

        // The hour is over.
        var due = double.Parse((string)(await redis.Server.ExecuteAsync("ZSCORE", "{edge:s}purges:edge", "2:catalog"))!, CultureInfo.InvariantCulture);
        Assert.InRange(DateTimeOffset.FromUnixTimeMilliseconds((long)due), TimeProvider.System.GetUtcNow().AddMinutes(50), TimeProvider.System.GetUtcNow().AddMinutes(70));
        await redis.Server.ExecuteAsync("ZADD", "{edge:s}purges:edge", "0", "2:catalog");
        await using var next = await StartAsync(redis, after, TimeSpan.FromHours(1));

        Assert.Equal(["catalog"], (await after.NextAsync()).Tags);
        Assert.Equal(0, before.Waiting);
    }

    [Fact]
    public async Task Stop_InvalidatedAfterwards_IsPurgedByTheNextProcess()
    {
        await using var redis = await RedisSingle.StartAsync();
        var after = new RecordedPurger();
        await using var host = await StartAsync(redis, new RecordedPurger(), TimeSpan.FromHours(1));
        await host.StopAsync(TestContext.Current.CancellationToken);

        await host.Cache.RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);
        await using var next = await StartAsync(redis, after, TimeSpan.FromHours(1));

        Assert.Equal(["catalog"], (await after.NextAsync()).Tags);
    }

    [Fact]
    public async Task RemoveByTag_TwoProcessesOnRedis_IsPurgedByEitherAndTwice()
    {
        await using var redis = await RedisSingle.StartAsync();
        var edge = new RecordedPurger();
        await using var one = await StartAsync(redis, edge, TimeSpan.FromMilliseconds(100));
        await using var other = await StartAsync(redis, edge, TimeSpan.FromMilliseconds(100));

        await one.Cache.RemoveByTagAsync("catalog", TestContext.Current.CancellationToken);
        var (first, second) = (await edge.NextAsync(), await edge.NextAsync());
        await other.Cache.RemoveByTagAsync("last", TestContext.Current.CancellationToken);

        Assert.Equal(["catalog"], first.Tags);
        Assert.Equal(["catalog"], second.Tags);
        Assert.Equal(["last"], (await edge.NextAsync()).Tags);
    }

    [Fact]
    public async Task RemoveByTag_IsQueued_IsPurgedAgainOnceItWasSent()
    {
        var isAway = true;
        var edge = new RecordedPurger();
        await using var host = await StartAsync(new FailingRemote(new InProcessRemote(), step => isAway && step == "Invalidate"), edge);
        Assert.Equal(InvalidationStatus.Queued, (await host.Cache.RemoveByTagAsync("catalog", TestContext.Current.CancellationToken)).Status);
        Assert.Equal(["catalog"], (await edge.NextAsync()).Tags);

        isAway = false;

        Assert.Equal(["catalog"], (await edge.NextAsync()).Tags);
    }

    [Fact]
    public async Task RemoveByTag_MoreAreQueuedThanMayWait_ArePurgedAgainOnceTheClearWasSent()
    {
        var isAway = true;
        var edge = new RecordedPurger();
        var remote = new FailingRemote(new InProcessRemote(), step => isAway && step == "Invalidate");
        await using var host = await StartAsync(remote, edge);

        // One for each partition may wait whatever the option says.
        string[] tags = [.. Enumerable.Range(0, remote.Partitions + 1).Select(static i => $"tag{i}")];
        foreach (var tag in tags)
            Assert.Equal(InvalidationStatus.Queued, (await host.Cache.RemoveByTagAsync(tag, TestContext.Current.CancellationToken)).Status);
        await PurgesAsync();

        isAway = false;

        await PurgesAsync();

        async Task PurgesAsync()
        {
            var due = tags.ToHashSet();
            while (due.Count > 0) due.ExceptWith((await edge.NextAsync()).Tags);
        }
    }

    // No second purge is due meanwhile.
    private static Task<EdgeHost> StartAsync(IRemoteTier remote, RecordedPurger edge) => EdgeHost.StartAsync(b =>
    {
        b.Services.AddSingleton(remote);
        Add(b, "edge", edge);
    }, static o => (o.MaxStaleness, o.MaximumQueuedInvalidations) = (TimeSpan.FromHours(1), 1));

    private static Task<EdgeHost> StartAsync(RedisSingle redis, RecordedPurger edge, TimeSpan maxStaleness) => EdgeHost.StartAsync(
        b => Add(b.UseRedis(redis.ConnectionString + Patience.OfTheClient), "edge", edge), o => o.MaxStaleness = maxStaleness);

    private static void Add(ITieredCacheBuilder builder, string name, IEdgePurger purger) => EdgeRegistrations.Of(builder).Add(name, Format, _ => purger);
}
