using DistributedCache.Expiry;
using DistributedCache.Keys;
using DistributedCache.Redis.Abilities;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Protocol;
using DistributedCache.Remote;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace DistributedCache.Redis.Following;

/// <summary>The channels of all partitions, sharded where servers have such: what wakes a follower early. What is lost here the log has.</summary>
internal sealed class ChannelFollower(PartitionNames names, RedisConnection connection, IRemoteFollower follower, CacheClock clock, ILogger log) : IAsyncDisposable
{
    private const long QuietMs = 60_000;

    private readonly ChannelMessageQueue?[] _queues = new ChannelMessageQueue?[names.Count];
    private readonly Lock _lock = new();
    private Task _subscribing = Task.CompletedTask;
    private long _quietUntil = long.MinValue;
    private bool _isComplete;
    private bool _isEnded;

    /// <summary>Whether nothing is handed on any more.</summary>
    public bool IsEnded => Volatile.Read(ref _isEnded);

    /// <summary>Subscribes to the channels that are not subscribed to yet. One whose server is away is tried again by the next call.</summary>
    public Task SubscribeAsync()
    {
        if (Volatile.Read(ref _isComplete)) return Task.CompletedTask;
        lock (_lock)
        {
            if (_isEnded || !_subscribing.IsCompleted) return _subscribing;
            return _subscribing = SubscribeToAllAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task subscribing;
        lock (_lock) (_isEnded, subscribing) = (true, _subscribing);
        await subscribing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(_queues.OfType<ChannelMessageQueue>().Select(static async queue =>
        {
            try
            {
                await queue.UnsubscribeAsync(CommandFlags.FireAndForget).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is RedisException or ObjectDisposedException or TimeoutException)
            {
                // The connection is gone, and the subscription with it.
            }
        })).ConfigureAwait(false);
    }

    private async Task SubscribeToAllAsync()
    {
        var subscriber = await connection.SubscriberAsync().ConfigureAwait(false);
        await Task.WhenAll(Enumerable.Range(0, names.Count).Where(i => _queues[i] is null).Select(i => SubscribeAsync(subscriber, i))).ConfigureAwait(false);
        Volatile.Write(ref _isComplete, Array.TrueForAll(_queues, static queue => queue is not null));
    }

    private async Task SubscribeAsync(ISubscriber subscriber, int partition)
    {
        try
        {
            var queue = await subscriber.SubscribeAsync(Channel(partition)).ConfigureAwait(false);

            // A queue of its own for each channel: messages are handed on in the order they came.
            queue.OnMessage(message => Receive(partition, message));
            _queues[partition] = queue;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The next heartbeat tries again; until then the log alone is followed.
        }
    }

    private RedisChannel Channel(int partition) => (connection.Abilities & ServerAbilities.ShardedChannels) != 0
        ? RedisChannel.Sharded(names.Channel(partition))
        : RedisChannel.Literal(names.Channel(partition));

    private void Receive(int partition, ChannelMessage message)
    {
        ReadOnlyMemory<byte> bytes = message.Message;
        if (!Message.TryRead(partition, bytes.Span, out var invalidation, out var woken))
        {
            NoteForeign(partition);
        }
        else if (invalidation is not null) follower.OnInvalidation(invalidation);
        else follower.OnWake(partition, woken);
    }

    private void NoteForeign(int partition)
    {
        var (now, until) = (clock.Now, Interlocked.Read(ref _quietUntil));
        if (now >= until && Interlocked.CompareExchange(ref _quietUntil, now + QuietMs, until) == until) log.ForeignMessage(names.Channel(partition));
    }
}
