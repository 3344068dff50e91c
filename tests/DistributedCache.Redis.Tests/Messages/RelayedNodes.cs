using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>One server and two nodes that both write to it, the second of them over a relay.</summary>
internal sealed class RelayedNodes : IAsyncDisposable
{
    private readonly RedisSingle _server;
    private readonly Action<TieredCacheOptions> _configure;

    private RelayedNodes(RedisSingle server, Action<TieredCacheOptions> configure)
    {
        (_server, _configure) = (server, configure);
        Relay = Relay.To(server.Server);
        Direct = new Node(server.ConnectionString, Application, configure);
        Relayed = NewRelayed();
    }

    public string Application { get; } = SharedRedisCluster.NewApplication();

    public RedisProcess Server => _server.Server;

    public string ConnectionString => _server.ConnectionString;

    public Relay Relay { get; }

    public Node Direct { get; }

    public Node Relayed { get; }

    /// <param name="configure">The options of both nodes.</param>
    /// <param name="keys">What both can write to then.</param>
    public static async Task<RelayedNodes> StartAsync(Action<TieredCacheOptions> configure, params string[] keys)
    {
        var nodes = new RelayedNodes(await RedisSingle.StartAsync(), configure);
        await nodes.Direct.UntilWritingAsync(keys);
        await nodes.Relayed.UntilWritingAsync(keys);
        return nodes;
    }

    /// <summary>One more over the relay, which is its caller's to dispose.</summary>
    public Node NewRelayed() => new(Relay.Endpoint, Application, _configure);

    public async ValueTask DisposeAsync()
    {
        await Direct.DisposeAsync();
        await Relayed.DisposeAsync();
        await Relay.DisposeAsync();
        await _server.DisposeAsync();
    }
}
