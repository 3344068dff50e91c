using System.Net;
using DistributedCache.Redis.Tests.Servers;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

/// <summary>Two instances of the shop on one database and one Redis Cluster.</summary>
public sealed class TwoInstanceTests(TwoInstanceTests.Servers servers) : IClassFixture<TwoInstanceTests.Servers>, IAsyncDisposable
{
    private readonly StoreFile _file = SeededStore.Copy();
    private TestStore? _first;
    private TestStore? _second;

    private TestStore First => _first ??= new TestStore(_file, redis: servers.ConnectionString);

    private TestStore Second => _second ??= new TestStore(_file, redis: servers.ConnectionString);

    [Fact]
    public async Task Product_LoadedOnOneInstance_IsInL2ThenInL1OfTheOther()
    {
        Assert.True((await First.Visit().GetAsync("/products/11")).IsMiss);
        Assert.EndsWith("detail=L2", (await Second.Visit().GetAsync("/products/11")).CacheStatus, StringComparison.Ordinal);
        Assert.EndsWith("detail=L1", (await Second.Visit().GetAsync("/products/11")).CacheStatus, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edit_OnOneInstance_IsSeenOnTheOther()
    {
        foreach (var store in (TestStore[])[First, Second]) await store.Visit().GetAsync("/products/12");

        var edited = await First.Visit().PutAsync("/products/12", new { name = "Seen by both", price = 12 });

        Assert.Equal(HttpStatusCode.OK, edited.Status);
        Answer? answer = null;
        await Poll.UntilAsync(
            async () => (answer = await Second.Visit().GetAsync("/products/12")).Name == "Seen by both", () => $"The other instance has '{answer?.Name}'.");
    }

    [Fact]
    public async Task Basket_FilledOnOneInstance_IsOnTheOther()
    {
        var cookies = new CookieContainer();
        await First.Visit(cookies).PostAsync("/basket", new { productId = 13, quantity = 2 });

        var basket = await Second.Visit(cookies).GetAsync("/basket");

        Assert.Equal(13, basket.Json.GetProperty("lines")[0].GetProperty("productId").GetInt32());
    }

    [Fact]
    public async Task Product_WithoutRedis_IsLoadedAndThenInL1()
    {
        await using var alone = new TestStore(_file, redis: "127.0.0.1:1");
        Assert.Equal(HttpStatusCode.OK, (await alone.Visit().GetAsync("/products/14")).Status);
        Assert.EndsWith("detail=L1", (await alone.Visit().GetAsync("/products/14")).CacheStatus, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        if (_first is not null) await _first.DisposeAsync();
        if (_second is not null) await _second.DisposeAsync();
        _file.Dispose();
    }

    public sealed class Servers : IAsyncLifetime
    {
        private RedisCluster? _cluster;

        public string ConnectionString => _cluster!.ConnectionString;

        public async ValueTask InitializeAsync() => _cluster = await RedisCluster.StartAsync();

        public async ValueTask DisposeAsync()
        {
            if (_cluster is not null) await _cluster.DisposeAsync();
        }
    }
}
