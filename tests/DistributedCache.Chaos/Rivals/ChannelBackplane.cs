using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane;

namespace DistributedCache.Chaos.Rivals;

/// <summary>FusionCache's messages over one Redis channel: what its own Redis backplane does, which is a package apart.</summary>
internal sealed class ChannelBackplane(ConnectionMultiplexer connection) : IFusionCacheBackplane
{
    private readonly ISubscriber _subscriber = connection.GetSubscriber();
    private BackplaneSubscriptionOptions? _options;

    public void Subscribe(BackplaneSubscriptionOptions options)
    {
        _options = options;
        connection.ConnectionRestored += Reconnected;
        _subscriber.Subscribe(Channel, Receive);
        options.ConnectHandler?.Invoke(new(isReconnection: false));
    }

    public async ValueTask SubscribeAsync(BackplaneSubscriptionOptions options)
    {
        _options = options;
        connection.ConnectionRestored += Reconnected;
        await _subscriber.SubscribeAsync(Channel, Receive);
        if (options.ConnectHandlerAsync is { } connected) await connected(new(isReconnection: false));
    }

    public void Unsubscribe()
    {
        connection.ConnectionRestored -= Reconnected;
        if (_options is not null) _subscriber.Unsubscribe(Channel);
    }

    public async ValueTask UnsubscribeAsync()
    {
        connection.ConnectionRestored -= Reconnected;
        if (_options is not null) await _subscriber.UnsubscribeAsync(Channel);
    }

    public void Publish(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) =>
        _subscriber.Publish(Channel, BackplaneMessage.ToByteArray(message));

    public async ValueTask PublishAsync(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) =>
        await _subscriber.PublishAsync(Channel, BackplaneMessage.ToByteArray(message));

    private RedisChannel Channel => RedisChannel.Literal(_options!.ChannelName!);

    private void Receive(RedisChannel channel, RedisValue text)
    {
        if (BackplaneMessage.FromByteArray((byte[]?)text) is { } message) _options!.IncomingMessageHandler?.Invoke(message);
    }

    private void Reconnected(object? sender, ConnectionFailedEventArgs happened)
    {
        if (happened.ConnectionType == ConnectionType.Subscription) _options!.ConnectHandler?.Invoke(new(isReconnection: true));
    }
}
