using StackExchange.Redis;

namespace DistributedCache.Redis.Following;

/// <summary>Notices that the client may subscribe anew by itself, since it has made a connection anew or knows of other servers: what was
/// missed until then is looked for at once, and not only with the next heartbeat.</summary>
internal sealed class ClientMoves : IDisposable
{
    private readonly ChannelFollower _channels;
    private readonly IConnectionMultiplexer _multiplexer;

    public ClientMoves(ChannelFollower channels, IConnectionMultiplexer multiplexer)
    {
        (_channels, _multiplexer) = (channels, multiplexer);
        multiplexer.ConnectionRestored += OnRestored;
        multiplexer.ConfigurationChanged += OnConfigured;
    }

    public void Dispose()
    {
        _multiplexer.ConnectionRestored -= OnRestored;
        _multiplexer.ConfigurationChanged -= OnConfigured;
    }

    private void OnRestored(object? sender, ConnectionFailedEventArgs restored)
    {
        _channels.Lose(restored.EndPoint);
        _channels.Subscribe();
    }

    private void OnConfigured(object? sender, EndPointEventArgs changed) => _channels.Subscribe();
}
