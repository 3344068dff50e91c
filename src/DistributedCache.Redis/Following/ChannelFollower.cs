using System.Net;
using DistributedCache.Coherence;
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
internal sealed class ChannelFollower : IAsyncDisposable
{
    private const long QuietMs = 60_000;

    private readonly PartitionNames _names;
    private readonly RedisConnection _connection;
    private readonly IRemoteFollower _follower;
    private readonly CacheClock _clock;
    private readonly ILogger _log;
    private readonly PartitionChannel[] _channels;
    private readonly Lock _lock = new();
    private ClientMoves? _moves;
    private SubscriptionProbe? _probe;
    private long _quietUntil = long.MinValue;
    private bool _isEnded;

    public ChannelFollower(PartitionNames names, RedisConnection connection, IRemoteFollower follower, CacheClock clock, ILogger log)
    {
        (_names, _connection, _follower, _clock, _log) = (names, connection, follower, clock, log);
        _channels = new PartitionChannel[names.Count];
        for (var i = 0; i < _channels.Length; i++)
        {
            var partition = i;
            _channels[i] = new PartitionChannel(
                () => Channel(names.Channel(partition)), clock, message => Receive(partition, message), () => follower.OnGap(partition));
        }
    }

    /// <summary>Whether nothing is handed on any more.</summary>
    public bool IsEnded => Volatile.Read(ref _isEnded);

    /// <summary>How many channels there are.</summary>
    public int Count => _channels.Length;

    /// <summary>Subscribes to the channels that are not subscribed to yet, and looks for what was missed on those that were subscribed to anew.
    /// One whose server is away is tried again by the next call.</summary>
    /// <exception cref="RedisException">There is no connection.</exception>
    public async Task SubscribeAsync()
    {
        var subscriber = await _connection.SubscriberAsync().ConfigureAwait(false);
        lock (_lock)
        {
            if (_isEnded) return;

            // Before the first is subscribed to: what the client does from then on is not to go unnoticed.
            _moves ??= new ClientMoves(this, subscriber.Multiplexer);
        }

        await Task.WhenAll(_channels.Select(channel => channel.SubscribeAsync(subscriber))).ConfigureAwait(false);
        lock (_lock)
        {
            if (!_isEnded) _probe ??= new SubscriptionProbe(this, _connection, subscriber, _clock, _log);
        }
    }

    /// <summary>The same, behind the caller. Never fails.</summary>
    public void Subscribe() => _ = TrySubscribeAsync();

    public async ValueTask DisposeAsync()
    {
        lock (_lock) _isEnded = true;
        _moves?.Dispose();
        await Ending.InTimeAsync(EndAsync()).ConfigureAwait(false);
    }

    /// <summary>Servers that were away answer again.</summary>
    public void Return()
    {
        if (!IsEnded) _follower.OnReturn();
    }

    /// <summary>A connection to a server was lost, and made anew.</summary>
    public void Lose(EndPoint? server)
    {
        foreach (var channel in _channels) channel.Lose(server);
    }

    /// <summary>The server a partition's channel is subscribed at, by the client's word; null for none.</summary>
    public EndPoint? ServerOf(ISubscriber subscriber, int partition) => _channels[partition].ServerOf(subscriber);

    /// <summary>Whether a partition's channel is subscribed at another server than its master, as after a failover: a replica hears of
    /// messages over the cluster's bus, where one waits for the one before to arrive.</summary>
    public bool IsAstray(ISubscriber subscriber, int partition) =>
        ServerOf(subscriber, partition) is { } server
        && Masters.Find(subscriber.Multiplexer, _names.Channel(partition)) is { } master
        && !server.Equals(master.EndPoint);

    /// <summary>A channel in the partition's slot that is one listener's alone.</summary>
    public RedisChannel ChannelOf(int partition, string listener) => Channel($"{_names.Channel(partition)}:{listener}");

    /// <summary>Compares what was heard with the heads, and subscribes anew to channels that have not brought what is older than any message
    /// may be late. Calls nothing that is waited for, and never fails.</summary>
    public void Compare(IReadOnlyList<Head?> heads)
    {
        if (IsEnded) return;
        List<int>? deaf = null;
        for (var partition = 0; partition < heads.Count; partition++)
        {
            if (heads[partition] is { } head && _channels[partition].IsDeafTo(head)) (deaf ??= []).Add(partition);
        }

        if (deaf is not null) _ = SubscribeAgainAsync(deaf);
    }

    /// <summary>Subscribes anew to channels whose subscription is no more, wherever their slots are served now. At once, whatever other
    /// subscribing is under way: what is published meanwhile is not heard. Never fails.</summary>
    public async Task SubscribeAgainAsync(IReadOnlyCollection<int> partitions)
    {
        try
        {
            var subscriber = await _connection.SubscriberAsync().ConfigureAwait(false);
            await Task.WhenAll(partitions.Select(partition => _channels[partition].SubscribeAgainAsync(subscriber))).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The connection is gone: there is nothing to subscribe at.
        }
    }

    private async Task EndAsync()
    {
        if (_probe is { } probe) await probe.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_channels.Select(static channel => channel.EndAsync())).ConfigureAwait(false);
    }

    private async Task TrySubscribeAsync() => await SubscribeAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private RedisChannel Channel(string name) =>
        (_connection.Abilities & ServerAbilities.ShardedChannels) != 0 ? RedisChannel.Sharded(name) : RedisChannel.Literal(name);

    private void Receive(int partition, ChannelMessage message)
    {
        ReadOnlyMemory<byte> bytes = message.Message;
        if (!Message.TryRead(partition, bytes.Span, out var invalidation, out var woken))
        {
            NoteForeign(partition);
        }
        else if (invalidation is not null)
        {
            _channels[partition].Hear(invalidation);
            _follower.OnInvalidation(invalidation);
        }
        else _follower.OnWake(partition, woken);
    }

    private void NoteForeign(int partition)
    {
        var (now, until) = (_clock.Now, Interlocked.Read(ref _quietUntil));
        if (now >= until && Interlocked.CompareExchange(ref _quietUntil, now + QuietMs, until) == until) _log.ForeignMessage(_names.Channel(partition));
    }
}
