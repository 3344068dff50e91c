using System.Globalization;
using DistributedCache.AspNetCore.Middleware;
using DistributedCache.Coherence;
using DistributedCache.Pipeline;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Consistency;

/// <summary>A POST's answer that is stored for the next GET, on nodes of a real cluster, one of which invalidates while the other makes it.</summary>
public sealed class PostedAnswerTests : IAsyncDisposable
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    private readonly Origin _origin = new();
    private readonly ProxyNodes _nodes;

    public PostedAnswerTests(SharedRedisCluster redis) => _nodes = new ProxyNodes(redis, _origin);

    [Theory]
    [InlineData("another tag")]
    [InlineData("another key")]
    public async Task Post_OthersOfItsPartitionsAreInvalidatedMeanwhile_IsStored(string what)
    {
        await PostWhileAsync((other, posted) => what == "another tag"
            ? other.RemoveByTagAsync(Another(posted.Tags[0], static (engine, name) => engine.Calls.PartitionOf(Mark.Tag("", name))), Stop)
            : other.RemoveAsync(Another(posted.Key, static (engine, name) => engine.Key("", name).Partition), Stop));

        Assert.Equal(["1", "1"], [await GetAsync(0), await GetAsync(1)]);
    }

    [Theory]
    [InlineData("its tag")]
    [InlineData("its key")]
    [InlineData("its prefix")]
    [InlineData("everything")]
    public async Task Post_ItIsInvalidatedMeanwhile_IsGoneOnEveryNode(string what)
    {
        await PostWhileAsync((other, posted) => what switch
        {
            "its tag" => other.RemoveByTagAsync(posted.Tags[0], Stop),
            "its key" => other.RemoveAsync(posted.Key, Stop),
            "its prefix" => other.RemoveByPrefixAsync("http:", Stop),
            _ => other.ClearAsync(Stop),
        });

        for (var node = 0; node < 2; node++) await Poll.UntilAsync(async () => await GetAsync(node) != "1", () => $"Node {node} still has what was invalidated.");
    }

    [Fact]
    public async Task Post_MoreIsInvalidatedMeanwhileThanIsLookedThrough_IsNotStored()
    {
        await PostWhileAsync(async (other, posted) =>
        {
            var tag = Another(posted.Tags[0], static (engine, name) => engine.Calls.PartitionOf(Mark.Tag("", name)));
            for (var i = 0; i < 128; i++) await other.RemoveByTagAsync(tag, Stop);
            return await other.RemoveByTagAsync(tag, Stop);
        });

        Assert.Equal("2", await GetAsync(0));
    }

    public ValueTask DisposeAsync() => _nodes.DisposeAsync();

    /// <summary>A name of the partition in which another is.</summary>
    private string Another(string name, Func<CacheEngine, string, int> partitionOf)
    {
        var engine = _nodes[0].GetRequiredService<CacheEngine>();
        var partition = partitionOf(engine, name);
        return Enumerable.Range(0, 10_000).Select(static i => $"other{i.ToString(CultureInfo.InvariantCulture)}").First(other => partitionOf(engine, other) == partition);
    }

    /// <summary>Has one node answer a POST, and another invalidate before it does.</summary>
    private async Task PostWhileAsync(Func<ITieredCache, CacheRequest, ValueTask<InvalidationResult>> invalidate)
    {
        foreach (var _ in new[] { 0, 1 }) await _nodes.StartAsync();
        _origin.Answer = async context =>
        {
            (context.Response.Headers.CacheControl, context.Response.Headers.ContentLocation) = ("max-age=600", "/a");
            if (!HttpMethods.IsPost(context.Request.Method)) return;
            Assert.Equal(InvalidationStatus.Acknowledged, (await invalidate(_nodes[1].GetRequiredService<ITieredCache>(), context.Features.Get<CacheRequest>()!)).Status);
        };
        Assert.Equal("1", await _nodes.AskAsync(0, HttpMethod.Post, "/a"));
    }

    private Task<string> GetAsync(int node) => _nodes.AskAsync(node, HttpMethod.Get, "/a");
}
