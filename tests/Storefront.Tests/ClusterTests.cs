using System.Net;
using DistributedCache.Redis.Tests.Servers;
using Storefront.Tests.Hosting;

namespace Storefront.Tests;

/// <summary>Two instances over one database and one Redis Cluster.</summary>
public sealed class ClusterTests : IDisposable
{
    private readonly StoreFile _file = SeededStore.Copy();
    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly string _redis;

    public ClusterTests(SharedRedisCluster servers) => _redis = servers.ConnectionString;

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task Product_LoadedOnOneInstance_IsOnTheOtherFromL2ThenFromL1()
    {
        await using var first = Start();
        await using var second = Start();
        var visitor = second.Visit();

        Assert.True((await first.Visit().GetAsync("/products/1")).IsMiss);

        Assert.EndsWith("detail=L2", (await visitor.GetAsync("/products/1")).CacheStatus);
        Assert.EndsWith("detail=L1", (await visitor.GetAsync("/products/1")).CacheStatus);
    }

    [Theory]
    [InlineData("/products/1")]
    [InlineData("/categories/1/products")]
    [InlineData("/search?q=no.%201")]
    public async Task Edit_OnOneInstance_IsOnTheOtherFromL2ThenFromL1(string path)
    {
        await using var first = Start();
        await using var second = Start();
        var (editor, visitor) = (first.Visit(), second.Visit());
        await visitor.GetAsync(path);
        Assert.EndsWith("detail=L1", (await visitor.GetAsync(path)).CacheStatus);

        var edited = await editor.PutAsync("/products/1", new { name = "Lamp, reworked No. 1", price = 9.99m });
        var loaded = await editor.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, edited.Status);
        Assert.True(loaded.IsMiss, loaded.CacheStatus);

        // The message is on its way while the edit is answered: until it is there, the other's memory may answer.
        Answer? seen = null;
        await Poll.UntilAsync(
            async () => (seen = await visitor.GetAsync(path)).Text == loaded.Text,
            () => $"The other instance still answers {seen?.Text} ({seen?.CacheStatus}).");
        Assert.EndsWith("detail=L2", seen!.CacheStatus);
        Assert.EndsWith("detail=L1", (await visitor.GetAsync(path)).CacheStatus);
    }

    [Fact]
    public async Task Basket_FilledOnOneInstance_IsTheVisitorsOnBoth()
    {
        await using var first = Start();
        await using var second = Start();
        var jar = new CookieContainer();
        var (here, there) = (first.Visit(jar), second.Visit(jar));

        await here.PostAsync("/basket", new { productId = 1, quantity = 2 });
        Assert.Equal("1 × 2", Lines(await there.GetAsync("/basket")));
        await there.PostAsync("/basket", new { productId = 7, quantity = 1 });

        string? lines = null;
        await Poll.UntilAsync(async () => (lines = Lines(await here.GetAsync("/basket"))) == "1 × 2, 7 × 1", () => $"The first instance has {lines}.");
        Assert.Equal("", Lines(await second.Visit().GetAsync("/basket")));
    }

    [Fact]
    public async Task Basket_AfterItsInstanceEnded_IsOnTheNext()
    {
        var jar = new CookieContainer();
        await using (var ended = Start()) await ended.Visit(jar).PostAsync("/basket", new { productId = 1, quantity = 2 });

        await using var next = Start();

        Assert.Equal("1 × 2", Lines(await next.Visit(jar).GetAsync("/basket")));
    }

    [Fact]
    public async Task Start_WithoutRedis_AnswersFromTheDatabaseAndL1WithOneLogLine()
    {
        await using var store = new RealStore(_file, "127.0.0.1:1", _application).Start();
        var visitor = store.Visit();

        var first = await visitor.GetAsync("/products/1");
        var second = await visitor.GetAsync("/products/1");
        var basket = await visitor.PostAsync("/basket", new { productId = 1 });

        Assert.True(first.IsMiss, first.CacheStatus);
        Assert.EndsWith("detail=L1", second.CacheStatus);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, basket.Status);
        Assert.Matches(
            @"^The remote tier is away \(Redis at 127\.0\.0\.1:1: .+\): until it is back, the cache answers from this process and the factories\.$",
            Assert.Single(store.Warnings.All));
    }

    [Fact]
    public async Task Start_WithADatabaseNumberOnACluster_FailsWithASentence()
    {
        await using var store = new RealStore(_file, $"{_redis},defaultDatabase=3", _application);

        var failure = Assert.Throws<InvalidOperationException>(store.Start);

        Assert.Equal("The connection names database 3, but a Redis Cluster has only database 0: leave defaultDatabase out.", failure.Message);
    }

    private RealStore Start() => new RealStore(_file, _redis + Patience.OfTheClient, _application).Start();

    private static string Lines(Answer basket) => string.Join(
        ", ", basket.Json.GetProperty("lines").EnumerateArray().Select(line => $"{line.GetProperty("productId")} × {line.GetProperty("quantity")}"));
}
