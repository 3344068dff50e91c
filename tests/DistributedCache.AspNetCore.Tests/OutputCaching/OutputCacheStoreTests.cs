using System.Globalization;
using System.Net;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.OutputCaching;

/// <summary>Code that has <c>[OutputCache]</c>, with the store in its place, on nodes of a real cluster.</summary>
public sealed class OutputCacheStoreTests(SharedRedisCluster redis) : IAsyncDisposable
{
    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly List<WebApplication> _nodes = [];
    private readonly HttpClient _client = new();
    private readonly TaskCompletionSource _gate = new();
    private TaskCompletionSource _entered = new();
    private int _runs;

    [Fact]
    public async Task Get_Again_RunsTheEndpointOnceForAllNodes()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        Assert.Equal("1:1", await GetAsync(a, "/items/1"));
        Assert.Equal("1:1", await GetAsync(a, "/items/1"));
        Assert.Equal("1:1", await GetAsync(b, "/items/1"));
        Assert.Equal("2:2", await GetAsync(b, "/items/2"));
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task Get_HitOfThisProcess_AsksNoServer()
    {
        var a = await StartAsync();
        await GetAsync(a, "/items/1");
        await using var record = await CommandRecord.StartAsync(redis.Cluster.Nodes);
        for (var i = 0; i < 20; i++) Assert.Equal("1:1", await GetAsync(a, "/items/1"));
        Assert.Empty(await record.NamingAsync("output:"));
    }

    [Fact]
    public async Task EvictByTag_OnOneNode_ReachesTheOthersMemory()
    {
        var (a, b) = (await StartAsync(), await StartAsync());
        await GetAsync(a, "/items/1");
        await GetAsync(b, "/items/1");
        await EvictAsync(0, "items");
        Assert.Equal("1:2", await GetAsync(a, "/items/1"));
        await Poll.UntilAsync(async () => await GetAsync(b, "/items/1") == "1:2", static () => "The other node kept what was evicted.");
    }

    [Fact]
    public async Task RemoveByTag_OfTheCache_EvictsOutput()
    {
        var a = await StartAsync();
        await GetAsync(a, "/items/1");
        await _nodes[0].Services.GetRequiredService<ITieredCache>().RemoveByTagAsync("items", TestContext.Current.CancellationToken);
        Assert.Equal("1:2", await GetAsync(a, "/items/1"));
    }

    [Fact]
    public async Task EvictByTag_WhileTheEndpointRuns_DoesNotStoreWhatItMadeBefore()
    {
        var a = await StartAsync();
        var slow = GetAsync(a, "/slow");
        await _entered.Task.WaitAsync(Poll.Deadline, TestContext.Current.CancellationToken);
        await EvictAsync(0, "slow");
        _gate.SetResult();
        Assert.Equal("1", await slow);
        _entered = new();
        Assert.Equal("2", await GetAsync(a, "/slow"));
        Assert.Equal("2", await GetAsync(a, "/slow"));
    }

    [Fact]
    public async Task EvictByTag_ManyEntries_CostsWhatFewCost()
    {
        var a = await StartAsync();
        await EvictAsync(0, "items");
        await GetAsync(a, "/items/0");
        var few = await CommandsOfEvictionAsync();
        for (var i = 0; i < 200; i++) await GetAsync(a, $"/items/{i.ToString(CultureInfo.InvariantCulture)}");
        Assert.Equal(few, await CommandsOfEvictionAsync());
    }

    [Fact]
    public async Task Store_FrameworksOwnRegisteredLater_StaysTheTieredOne()
    {
        await StartAsync();
        Assert.IsAssignableFrom<IOutputCacheBufferStore>(_nodes[0].Services.GetRequiredService<IOutputCacheStore>());
        Assert.Equal("TieredOutputCacheStore", _nodes[0].Services.GetServices<IOutputCacheStore>().Single().GetType().Name);
    }

    [Fact]
    public async Task Set_OfAnExpiredLifetime_StoresNothing()
    {
        await StartAsync();
        var store = _nodes[0].Services.GetRequiredService<IOutputCacheStore>();
        await store.SetAsync("a", [1], null, TimeSpan.Zero, TestContext.Current.CancellationToken);
        Assert.Null(await store.GetAsync("a", TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        foreach (var node in _nodes) await node.DisposeAsync();
    }

    private async Task<int> CommandsOfEvictionAsync()
    {
        // Replicas repeat what their master did, in their own time.
        List<RedisProcess> masters = [];
        foreach (var server in redis.Cluster.Nodes)
        {
            if ((await ClusterNode.OfAsync(server)).IsMaster) masters.Add(server);
        }

        await using var record = await CommandRecord.StartAsync(masters);
        await EvictAsync(0, "items");
        return (await record.NamingAsync("items")).Count;
    }

    private async Task EvictAsync(int node, string tag) =>
        await _nodes[node].Services.GetRequiredService<IOutputCacheStore>().EvictByTagAsync(tag, TestContext.Current.CancellationToken);

    /// <summary>As behind a load balancer: the host is the same on every node.</summary>
    private async Task<string> GetAsync(Uri node, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(node, path)) { Headers = { Host = "shop.example" } };
        using var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
    }

    private async Task<Uri> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddTieredCache(o => (o.Application, o.Version, o.RemoteTimeout) = (_application, "v1", Patience.OfTheCache))
            .UseRedis(redis.ConnectionString + Patience.OfTheClient)
            .AddTieredOutputCacheStore();
        builder.Services.AddOutputCache();
        var app = builder.Build();
        app.UseOutputCache();
        app.MapGet("/items/{id}", [OutputCache(Duration = 60, Tags = ["items"])] (int id) => $"{id}:{Interlocked.Increment(ref _runs)}");
        app.MapGet("/slow", [OutputCache(Duration = 60, Tags = ["slow"])] async () =>
        {
            var run = Interlocked.Increment(ref _runs);
            _entered.TrySetResult();
            await _gate.Task;
            return run.ToString(CultureInfo.InvariantCulture);
        });
        await app.StartAsync();
        _nodes.Add(app);
        var cache = app.Services.GetRequiredService<ITieredCache>();
        await Poll.UntilAsync(async () => (await cache.SetAsync("warm", 1)).Status == InvalidationStatus.Acknowledged, static () => "The node can't write.");
        return new Uri(app.Urls.Single());
    }
}
