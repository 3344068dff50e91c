using DistributedCache.Expiry;
using StackExchange.Redis;

namespace DistributedCache.Redis.Following;

/// <summary>What a probe found.</summary>
internal enum SubscriptionState
{
    /// <summary>What is published is heard, or the server does not answer, and nothing can be said.</summary>
    Heard,

    /// <summary>The server knows of no such subscription.</summary>
    Absent,

    /// <summary>The server knows of it, and what it sends does not come.</summary>
    Hung,
}

/// <summary>One server's subscription, found out about by messages of this node's own, on a channel that nobody else listens to.</summary>
/// <param name="subscriber">The client.</param>
/// <param name="channel">The channel.</param>
/// <param name="partition">The partition in whose slot the channel is.</param>
/// <param name="clock">The clock.</param>
internal sealed class ProbedSubscription(ISubscriber subscriber, RedisChannel channel, int partition, CacheClock clock)
{
    // How long what the server has sent may take: a multiple of what a busy process takes to hand it on.
    private const long PatienceMs = 400;
    private const long Never = long.MaxValue;

    private Task _subscribing = Task.CompletedTask;
    private volatile bool _isSubscribed;
    private volatile bool _isRefused;
    private long _unheardSince = Never;
    private long _receivers;

    public int Partition => partition;

    /// <summary>The probe under way.</summary>
    public Task<SubscriptionState> Probing { get; private set; } = Task.FromResult(SubscriptionState.Heard);

    /// <summary>What the messages so far say; where that is nothing bad, the next is sent. Never fails.</summary>
    public Task<SubscriptionState> ProbeAsync() => Probing = RunAsync();

    /// <summary>Gives what has just been mended its time.</summary>
    public void Forget() => Interlocked.Exchange(ref _unheardSince, Never);

    public async Task EndAsync()
    {
        await Probing.ConfigureAwait(false);
        await _subscribing.ConfigureAwait(false);
        await UnsubscribeAsync().ConfigureAwait(false);
    }

    private async Task<SubscriptionState> RunAsync()
    {
        // Not waited for: what hangs does not answer this either.
        if (!_isSubscribed && _subscribing.IsCompleted) _subscribing = SubscribeAsync();
        try
        {
            var since = Interlocked.Read(ref _unheardSince);
            if (since != Never && clock.Now - since >= PatienceMs)
                return _isSubscribed && Interlocked.Read(ref _receivers) == 0 ? SubscriptionState.Absent : SubscriptionState.Hung;

            // Counted from the server's answer: one that hangs itself is not what is looked for here.
            Interlocked.Exchange(ref _receivers, await subscriber.PublishAsync(channel, RedisValue.EmptyString).ConfigureAwait(false));
            if (!_isRefused) Interlocked.CompareExchange(ref _unheardSince, clock.Now, Never);
        }
        catch (Exception)
        {
            // The server does not answer, or forbids it.
            Forget();
        }

        return SubscriptionState.Heard;
    }

    private async Task SubscribeAsync()
    {
        try
        {
            _isRefused = false;
            await subscriber.SubscribeAsync(channel, Hear).ConfigureAwait(false);
            _isSubscribed = true;
        }
        catch (Exception exception)
        {
            // A server that answers so says nothing of the connection.
            _isRefused = exception is RedisServerException;
            if (_isRefused) Forget();
            await UnsubscribeAsync().ConfigureAwait(false);
        }
    }

    private Task UnsubscribeAsync() => Unsubscribing.TryAsync(() => subscriber.UnsubscribeAsync(channel, Hear, CommandFlags.FireAndForget));

    private void Hear(RedisChannel heard, RedisValue message) => Forget();
}
