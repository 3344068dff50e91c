using System.Net;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Tests.Servers;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace DistributedCache.Redis.Tests.Messages;

/// <summary>A client's way to the servers of a cluster, each over a relay, though the cluster names its own addresses.</summary>
internal sealed class RelayTunnel : Tunnel, IAsyncDisposable
{
    private readonly Dictionary<int, Relay> _relays;

    public RelayTunnel(RedisCluster cluster) => _relays = cluster.Nodes.ToDictionary(static server => server.Port, Relay.To);

    /// <summary>The relay to a server.</summary>
    public Relay To(RedisProcess server) => _relays[server.Port];

    /// <summary>Connects over the relays, with the settings the library gives a connection string.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync(string connectionString)
    {
        var settings = ClientSettings.Parse(connectionString);
        settings.Tunnel = this;
        return await ConnectionMultiplexer.ConnectAsync(settings);
    }

    public override ValueTask<EndPoint?> GetSocketConnectEndpointAsync(EndPoint endpoint, CancellationToken cancellationToken) =>
        new(IPEndPoint.Parse(_relays[((IPEndPoint)endpoint).Port].Endpoint));

    public async ValueTask DisposeAsync()
    {
        foreach (var relay in _relays.Values) await relay.DisposeAsync();
    }
}
