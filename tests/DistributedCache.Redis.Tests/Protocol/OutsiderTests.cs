using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Protocol;

/// <summary>What the protocol's page promises to services without the library.</summary>
public sealed class OutsiderTests(SharedRedisCluster servers) : IAsyncLifetime
{
    private const string Key = "product:1";
    private const string Head = "^[0-9]+ [0-9]+ [0-9]+ [0-9]+ [0-9]+$";

    private readonly string _application = SharedRedisCluster.NewApplication();
    private readonly Node.Counter _loads = new();
    private ConnectionMultiplexer _client = null!;
    private Outsider _outsider = null!;
    private Node _node = null!;

    public async ValueTask InitializeAsync()
    {
        _node = new Node(servers.ConnectionString, _application);
        await _node.UntilWritingAsync();
        Assert.Equal("load 1", (await _node.LoadAsync(Key, _loads, "shown")).Value);
        Assert.Equal("load 1", (await _node.LoadAsync(Key, _loads, "shown")).Value);
        _client = await ConnectionMultiplexer.ConnectAsync(servers.ConnectionString);
        _outsider = new Outsider(_client.GetDatabase(), _application);
    }

    [Fact]
    public async Task Mark_OfATag_InvalidatesIt()
    {
        Assert.Matches(Head, await _outsider.MarkAsync("t:0::shown", "0::shown"));
        await IsGoneAsync();
    }

    [Fact]
    public async Task Mark_OfAPrefix_InvalidatesIt()
    {
        Assert.Matches(Head, await _outsider.MarkAsync("p:0::product:", "0::product:"));
        await IsGoneAsync();
    }

    [Fact]
    public async Task Mark_OfEverything_InvalidatesIt()
    {
        Assert.All(await _outsider.ClearAsync(), static answer => Assert.Matches(Head, answer));
        await IsGoneAsync();
    }

    [Fact]
    public async Task Invalidate_OfAKey_NamesTheVersionsFirst_ThenRemovesIt()
    {
        var (first, second) = await _outsider.RemoveAsync(Key);

        Assert.StartsWith("V ", first, StringComparison.Ordinal);
        Assert.Matches(Head, second);
        await IsGoneAsync();
    }

    [Fact]
    public async Task Mark_OfAnotherTag_InvalidatesNothing()
    {
        Assert.Matches(Head, await _outsider.MarkAsync("t:0::hidden", "0::hidden"));
        await _node.Cache.RemoveByTagAsync("hidden", TestContext.Current.CancellationToken);
        Assert.Equal("load 1", (await _node.LoadAsync(Key, _loads, "shown")).Value);
    }

    public async ValueTask DisposeAsync()
    {
        await _node.DisposeAsync();
        await _client.DisposeAsync();
    }

    /// <summary>The node's memory follows, and neither tier has it any more.</summary>
    private async Task IsGoneAsync()
    {
        await _node.UntilLocalIsAsync(Key, null);
        Assert.Equal("load 2", (await _node.LoadAsync(Key, _loads, "shown")).Value);
    }
}
