using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>One server and two nodes that both write to it, the second of them over a relay.</summary>
internal sealed class RelayedNodes : IAsyncDisposable
{
    private readonly RedisSingle _server;
    private readonly Action<TieredCacheOptions> _configure;
    private readonly List<Node> _relayed = [];

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

    /// <summary>One more over the relay.</summary>
    /// <param name="isPatient">Whether its client, too, waits for answers for longer than it does by default.</param>
    public Node NewRelayed(bool isPatient = true)
    {
        var node = isPatient ? new Node(Relay.Endpoint, Application, _configure) : new Node(Relay.Endpoint + ",connectTimeout=10000", Application, Configure, isPatient: false);
        _relayed.Add(node);
        return node;

        void Configure(TieredCacheOptions options)
        {
            options.RemoteTimeout = Patience.OfTheCache;
            _configure(options);
        }
    }

    public async ValueTask DisposeAsync()
    {
        // The relay first: nobody waits for what hangs there any more.
        await Relay.DisposeAsync();
        foreach (var node in _relayed) await node.DisposeAsync();
        await Direct.DisposeAsync();
        await _server.DisposeAsync();
    }
}
