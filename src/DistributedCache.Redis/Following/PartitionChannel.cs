using System.Net;
using DistributedCache.Coherence;
using DistributedCache.Expiry;
using StackExchange.Redis;

namespace DistributedCache.Redis.Following;

/// <summary>One partition's channel: subscribed to, and looked after when the client subscribes to it anew by itself, as it does where it has
/// lost a connection or a slot has moved. What was sent until then nobody has heard.</summary>
/// <param name="name">Its name.</param>
/// <param name="clock">The clock.</param>
/// <param name="receive">Told of each message, in the order they come.</param>
/// <param name="missed">Told that messages may not have come until now.</param>
internal sealed class PartitionChannel(Func<RedisChannel> name, CacheClock clock, Action<ChannelMessage> receive, Action missed)
{
    private static readonly TimeSpan ClientTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ClientPause = TimeSpan.FromMilliseconds(10);

    private readonly ChannelWatch _watch = new(clock);
    private readonly Lock _lock = new();
    private Task _subscribing = Task.CompletedTask;
    private volatile ChannelMessageQueue? _queue;

    // Where it was subscribed when what had been missed was last looked for; null: not since.
    private volatile EndPoint? _server;
    private volatile int _losses;
    private volatile bool _isWanted;
    private bool _isEnded;

    /// <summary>The server it is subscribed at, by the client's word; null for none.</summary>
    public EndPoint? ServerOf(ISubscriber subscriber) => subscriber.SubscribedEndpoint(name());

    /// <summary>Subscribes, unless it is subscribed and nothing has been missed since. Where the server does not answer, the next call tries
    /// again. Never fails.</summary>
    public Task SubscribeAsync(ISubscriber subscriber)
    {
        lock (_lock)
        {
            if (_isEnded || IsHeard(subscriber)) return Task.CompletedTask;
            _isWanted = true;

            // Once at a time: a second queue would be nobody's to end.
            return _subscribing.IsCompleted ? _subscribing = Begin(subscriber) : _subscribing;
        }
    }

    /// <summary>Subscribes anew where the subscription is no more though the client takes it for one.</summary>
    public async Task SubscribeAgainAsync(ISubscriber subscriber)
    {
        await UnsubscribeAsync().ConfigureAwait(false);
        await SubscribeAsync(subscriber).ConfigureAwait(false);
    }

    /// <summary>A connection to a server was lost: what was subscribed there is subscribed anew, by whomever, before it is heard.</summary>
    public void Lose(EndPoint? server)
    {
        Interlocked.Increment(ref _losses);
        if (_server is { } noted && noted.Equals(server)) Interlocked.CompareExchange(ref _server, null, noted);
    }

    /// <summary>Notes what a message brought.</summary>
    public void Hear(Invalidation message) => _watch.Hear(message);

    /// <summary>Notes a head that was read; answers whether the channel is subscribed and has not brought what an earlier one told of.</summary>
    public bool IsDeafTo(Head head) => _server is not null && _watch.IsDeafTo(head);

    public async Task EndAsync()
    {
        Task subscribing;
        lock (_lock) (_isEnded, subscribing) = (true, _subscribing);
        await subscribing.ConfigureAwait(false);
        await UnsubscribeAsync().ConfigureAwait(false);
    }

    // Apart: every heartbeat asks every channel, and what this makes is seldom due.
    private Task Begin(ISubscriber subscriber) => Task.Run(() => RunAsync(subscriber));

    private bool IsHeard(ISubscriber subscriber) => _server is { } noted && noted.Equals(ServerOf(subscriber));

    private async Task RunAsync(ISubscriber subscriber)
    {
        // Whoever called meanwhile had news of the servers.
        while (_isWanted && !IsHeard(subscriber))
        {
            _isWanted = false;
            try
            {
                await TrySubscribeAsync(subscriber, name()).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
            {
                // Until the next call the log alone is followed.
            }
        }
    }

    private async Task TrySubscribeAsync(ISubscriber subscriber, RedisChannel channel)
    {
        var losses = _losses;
        await AwaitClientAsync(subscriber).ConfigureAwait(false);
        try
        {
            // Answered by the server, or at once where the client knows that it is subscribed. A queue could not be taken back where it is
            // not answered, and would fill.
            await subscriber.SubscribeAsync(channel, Ignore).ConfigureAwait(false);
            if (_queue is null)
            {
                var queue = await subscriber.SubscribeAsync(channel).ConfigureAwait(false);
                queue.OnMessage(receive);
                _queue = queue;
            }
        }
        finally
        {
            await Unsubscribing.TryAsync(() => subscriber.UnsubscribeAsync(channel, Ignore, CommandFlags.FireAndForget)).ConfigureAwait(false);
        }

        _watch.Begin();
        _server = ServerOf(subscriber);
        if (losses != _losses) _server = null;

        // What was published before is in the log; whoever waited for the next heartbeat would hear of it late.
        missed();
    }

    /// <summary>Gives the client a moment where a server has ended the subscription, as it does when a slot moves: the client asks that server
    /// again, and if it was asked for elsewhere meanwhile the channel would be subscribed at two, of which it knows one. Servers know nothing
    /// of an application's own clock.</summary>
    private async Task AwaitClientAsync(ISubscriber subscriber)
    {
        for (var waited = TimeSpan.Zero; waited < ClientTime && _server is not null && ServerOf(subscriber) is null; waited += ClientPause)
            await Task.Delay(ClientPause, TimeProvider.System).ConfigureAwait(false);
    }

    private async Task UnsubscribeAsync()
    {
        _server = null;
        if (Interlocked.Exchange(ref _queue, null) is { } queue)
            await Unsubscribing.TryAsync(() => queue.UnsubscribeAsync(CommandFlags.FireAndForget)).ConfigureAwait(false);
    }

    private static void Ignore(RedisChannel channel, RedisValue message)
    {
    }
}
