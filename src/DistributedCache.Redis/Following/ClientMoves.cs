using StackExchange.Redis;

namespace DistributedCache.Redis.Following;

/// <summary>Notices that the client may subscribe anew by itself: it has lost a connection or made another, or a slot has moved.</summary>
internal sealed class ClientMoves : IDisposable
{
    private readonly ChannelFollower _channels;
    private readonly IConnectionMultiplexer _multiplexer;

    public ClientMoves(ChannelFollower channels, IConnectionMultiplexer multiplexer)
    {
        (_channels, _multiplexer) = (channels, multiplexer);
        multiplexer.ConnectionFailed += OnFailed;
        multiplexer.ConnectionRestored += OnRestored;
        multiplexer.ConfigurationChanged += OnConfigured;
        multiplexer.HashSlotMoved += OnMoved;
    }

    public void Dispose()
    {
        _multiplexer.ConnectionFailed -= OnFailed;
        _multiplexer.ConnectionRestored -= OnRestored;
        _multiplexer.ConfigurationChanged -= OnConfigured;
        _multiplexer.HashSlotMoved -= OnMoved;
    }

    private void OnFailed(object? sender, ConnectionFailedEventArgs failed) => _channels.Lose(failed.EndPoint);

    private void OnRestored(object? sender, ConnectionFailedEventArgs restored)
    {
        // Here too: the client's events may come in another order than what they tell of.
        _channels.Lose(restored.EndPoint);
        _channels.Subscribe();
    }

    private void OnConfigured(object? sender, EndPointEventArgs changed) => _channels.Subscribe();

    private void OnMoved(object? sender, HashSlotMovedEventArgs moved) => _channels.Subscribe(moved.HashSlot);
}
