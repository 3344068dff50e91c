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
internal sealed class ChannelFollower(PartitionNames names, RedisConnection connection, IRemoteFollower follower, CacheClock clock, ILogger log) : IAsyncDisposable
{
    private const long QuietMs = 60_000;

    private readonly ChannelMessageQueue?[] _queues = new ChannelMessageQueue?[names.Count];
    private readonly bool[] _isBusy = new bool[names.Count];
    private readonly ChannelWatch[] _watches = [.. Enumerable.Range(0, names.Count).Select(_ => new ChannelWatch(clock))];
    private readonly Lock _lock = new();
    private Task _subscribing = Task.CompletedTask;
    private SubscriptionProbe? _probe;
    private long _quietUntil = long.MinValue;
    private bool _isEnded;

    /// <summary>Whether nothing is handed on any more.</summary>
    public bool IsEnded => Volatile.Read(ref _isEnded);

    /// <summary>How many channels there are.</summary>
    public int Count => names.Count;

    /// <summary>Subscribes to the channels that are not subscribed to yet. One whose server is away is tried again by the next call.</summary>
    public Task SubscribeAsync()
    {
        if (Array.TrueForAll(_queues, static queue => queue is not null)) return Task.CompletedTask;
        lock (_lock)
        {
            if (_isEnded || !_subscribing.IsCompleted) return _subscribing;
            return _subscribing = SubscribeToAllAsync();
        }
    }

    /// <summary>The same, behind the caller. Never fails.</summary>
    public void Subscribe() => _ = TrySubscribeAsync();

    public async ValueTask DisposeAsync()
    {
        Task subscribing;
        lock (_lock) (_isEnded, subscribing) = (true, _subscribing);
        await subscribing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_probe is { } probe) await probe.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_queues.OfType<ChannelMessageQueue>().Select(UnsubscribeAsync)).ConfigureAwait(false);
    }

    /// <summary>Ends a subscription. Waits for no answer and never fails.</summary>
    public static async Task UnsubscribeAsync(ChannelMessageQueue queue)
    {
        try
        {
            await queue.UnsubscribeAsync(CommandFlags.FireAndForget).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // The connection is gone, and the subscription with it.
        }
    }

    /// <summary>The server a partition's channel is subscribed at, by the client's word; null for none.</summary>
    public EndPoint? ServerOf(ISubscriber subscriber, int partition) => subscriber.SubscribedEndpoint(ChannelOf(partition));

    /// <summary>Whether a partition's channel is subscribed at another server than its master, as after a failover: a replica hears of
    /// messages over the cluster's bus, where one waits for the one before to arrive.</summary>
    public bool IsAstray(ISubscriber subscriber, int partition)
    {
        try
        {
            return ServerOf(subscriber, partition) is { } server
                && !server.Equals(subscriber.Multiplexer.GetServer((RedisKey)names.Channel(partition), flags: Masters.Only).EndPoint);
        }
        catch (Exception)
        {
            // The client knows no master now.
            return false;
        }
    }

    /// <summary>A channel in the partition's slot that is one listener's alone.</summary>
    public RedisChannel ChannelOf(int partition, string listener) => Channel($"{names.Channel(partition)}:{listener}");

    /// <summary>Compares what was heard with the heads, and subscribes anew to channels that have not brought what is older than any message
    /// may be late. Calls nothing that is waited for, and never fails.</summary>
    public void Compare(IReadOnlyList<Head?> heads)
    {
        if (IsEnded) return;
        List<int>? deaf = null;
        for (var partition = 0; partition < heads.Count; partition++)
        {
            if (heads[partition] is { } head && _queues[partition] is not null && _watches[partition].IsDeafTo(head)) (deaf ??= []).Add(partition);
        }

        if (deaf is not null) _ = SubscribeAgainAsync(deaf);
    }

    /// <summary>Subscribes anew to channels whose subscription is no more, wherever their slots are served now. At once, whatever other
    /// subscribing is under way: what is published meanwhile is not heard. Never fails.</summary>
    public async Task SubscribeAgainAsync(IReadOnlyCollection<int> partitions)
    {
        foreach (var partition in partitions)
        {
            if (Interlocked.Exchange(ref _queues[partition], null) is { } queue) await UnsubscribeAsync(queue).ConfigureAwait(false);
        }

        // Those whose server does not answer now are tried again with the next heartbeat.
        await ((Task)SubscribeToAsync(partitions)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task TrySubscribeAsync() => await SubscribeAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private async Task SubscribeToAllAsync()
    {
        var subscriber = await SubscribeToAsync(Enumerable.Range(0, names.Count)).ConfigureAwait(false);
        _probe ??= new SubscriptionProbe(this, connection, subscriber, clock, log);
    }

    private async Task<ISubscriber> SubscribeToAsync(IEnumerable<int> partitions)
    {
        var subscriber = await connection.SubscriberAsync().ConfigureAwait(false);
        await Task.WhenAll(partitions.Where(i => _queues[i] is null).Select(i => SubscribeAsync(subscriber, i))).ConfigureAwait(false);
        return subscriber;
    }

    private async Task SubscribeAsync(ISubscriber subscriber, int partition)
    {
        // Once at a time: a second queue would be nobody's to end.
        if (Interlocked.Exchange(ref _isBusy[partition], true)) return;
        try
        {
            var queue = await subscriber.SubscribeAsync(ChannelOf(partition)).ConfigureAwait(false);

            if (IsEnded)
            {
                await UnsubscribeAsync(queue).ConfigureAwait(false);
                return;
            }

            // A queue of its own for each channel: messages are handed on in the order they came.
            queue.OnMessage(message => Receive(partition, message));
            _watches[partition].Begin();
            _queues[partition] = queue;

            // What was published before is in the log; whoever waited for the next heartbeat would hear of it late.
            follower.OnGap(partition);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The next heartbeat tries again; until then the log alone is followed.
        }
        finally
        {
            Volatile.Write(ref _isBusy[partition], false);
        }
    }

    private RedisChannel ChannelOf(int partition) => Channel(names.Channel(partition));

    private RedisChannel Channel(string name) =>
        (connection.Abilities & ServerAbilities.ShardedChannels) != 0 ? RedisChannel.Sharded(name) : RedisChannel.Literal(name);

    private void Receive(int partition, ChannelMessage message)
    {
        ReadOnlyMemory<byte> bytes = message.Message;
        if (!Message.TryRead(partition, bytes.Span, out var invalidation, out var woken))
        {
            NoteForeign(partition);
        }
        else if (invalidation is not null)
        {
            _watches[partition].Hear(invalidation);
            follower.OnInvalidation(invalidation);
        }
        else follower.OnWake(partition, woken);
    }

    private void NoteForeign(int partition)
    {
        var (now, until) = (clock.Now, Interlocked.Read(ref _quietUntil));
        if (now >= until && Interlocked.CompareExchange(ref _quietUntil, now + QuietMs, until) == until) log.ForeignMessage(names.Channel(partition));
    }
}
