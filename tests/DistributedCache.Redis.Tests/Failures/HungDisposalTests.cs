using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>A node that ends while its server hangs, whose client would wait for an answer for minutes.</summary>
public sealed class HungDisposalTests : IAsyncLifetime
{
    private readonly string _application = SharedRedisCluster.NewApplication();
    private RedisSingle _server = null!;

    public async ValueTask InitializeAsync() => _server = await RedisSingle.StartAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_WhileTheServerHangs_WaitsForNoAnswer(bool hasAsked)
    {
        var node = new Node(_server.ConnectionString + Node.EndlessClient, _application, isPatient: false);
        await node.UntilWritingAsync("product:1");
        _server.Server.Stop();
        if (hasAsked) Assert.Equal(InvalidationStatus.Queued, (await node.Cache.RemoveAsync("product:1", TestContext.Current.CancellationToken)).Status);

        await node.DisposeAsync().AsTask().WaitAsync(Poll.Deadline, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();
}
