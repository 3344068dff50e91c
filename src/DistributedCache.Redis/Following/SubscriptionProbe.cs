using System.Net;
using DistributedCache.Expiry;
using DistributedCache.Redis.Connection;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace DistributedCache.Redis.Following;

/// <summary>Finds the subscription that hangs, or is gone, though its server answers: the client notices late or never. What was lost
/// until then the heartbeat finds.</summary>
/// <remarks>Each server that is listened to gets a message of this node's own five times a second, which has to come back.</remarks>
internal sealed class SubscriptionProbe : IAsyncDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(200);

    // Subscriptions move seldom, and there may be thousands of them to ask after.
    private const long GroupedMs = 1_000;

    // Mending costs messages: what it does not help against is not mended at every probe.
    private const long PauseMs = 5_000;

    private readonly ChannelFollower _channels;
    private readonly RedisConnection _connection;
    private readonly ISubscriber _subscriber;
    private readonly CacheClock _clock;
    private readonly ILogger _log;
    private readonly string _node = Guid.NewGuid().ToString("N")[..16];
    private readonly Dictionary<EndPoint, ProbedSubscription> _probed = [];
    private readonly Dictionary<EndPoint, long> _quietUntil = [];
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private ILookup<EndPoint, int> _servers = Enumerable.Empty<int>().ToLookup(static _ => default(EndPoint)!);
    private long _groupedAt = long.MinValue;
    private long _settledUntil = long.MinValue;
    private Task _running = Task.CompletedTask;
    private bool _isEnded;

    public SubscriptionProbe(ChannelFollower channels, RedisConnection connection, ISubscriber subscriber, CacheClock clock, ILogger log)
    {
        (_channels, _connection, _subscriber, _clock, _log) = (channels, connection, subscriber, clock, log);
        _timer = clock.CreateTimer(static self => ((SubscriptionProbe)self!).OnTimer(), this, Period);
    }

    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_lock) (_isEnded, running) = (true, _running);
        await _timer.DisposeAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        await Task.WhenAll(_probed.Values.Select(static probed => probed.EndAsync())).ConfigureAwait(false);
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            if (!_isEnded && _running.IsCompleted) _running = RunAsync();
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await ProbeAllAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RedisException or ObjectDisposedException)
        {
            // The connection is gone: there is nothing to listen to.
        }
    }

    /// <summary>Begins a probe of every server that has none under way.</summary>
    private async Task ProbeAllAsync()
    {
        if (_groupedAt == long.MinValue || _clock.Now - _groupedAt >= GroupedMs) await GroupAsync().ConfigureAwait(false);
        foreach (var server in _servers)
        {
            if (!_probed.TryGetValue(server.Key, out var probed))
                probed = _probed[server.Key] = new ProbedSubscription(_subscriber, _channels.ChannelOf(server.First(), _node), server.First(), _clock);
            if (!probed.Probing.IsCompleted) continue;
            var state = await probed.Probing.ConfigureAwait(false);
            if (state == SubscriptionState.Heard)
            {
                _ = probed.ProbeAsync();
                continue;
            }

            probed.Forget();
            if (_quietUntil.TryGetValue(server.Key, out var until) && _clock.Now < until) _ = probed.ProbeAsync();
            else await MendAsync(server.Key, probed, state, [.. server]).ConfigureAwait(false);
        }
    }

    /// <summary>Finds out which channels are subscribed at which server, and ends the probes of those where none is any more.</summary>
    private async Task GroupAsync()
    {
        _groupedAt = _clock.Now;
        if (_groupedAt >= _settledUntil) await SettleAsync().ConfigureAwait(false);
        _servers = Enumerable.Range(0, _channels.Count)
            .Select(partition => (Server: _channels.ServerOf(_subscriber, partition), Partition: partition))
            .Where(static channel => channel.Server is not null)
            .ToLookup(static channel => channel.Server!, static channel => channel.Partition);
        foreach (var server in _probed.Keys.Where(server => !_servers[server].Contains(_probed[server].Partition)).ToList())
        {
            _probed.Remove(server, out var gone);
            await gone!.EndAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Subscribes anew, at their masters, to channels that are subscribed elsewhere.</summary>
    private async Task SettleAsync()
    {
        int[] astray = [.. Enumerable.Range(0, _channels.Count).Where(partition => _channels.IsAstray(_subscriber, partition))];
        if (astray.Length == 0) return;
        _settledUntil = _clock.Now + PauseMs;
        await _channels.SubscribeAgainAsync(astray).ConfigureAwait(false);
    }

    private async Task MendAsync(EndPoint server, ProbedSubscription probed, SubscriptionState state, int[] partitions)
    {
        _quietUntil[server] = _clock.Now + PauseMs;
        _log.SubscriptionMended(server, partitions.Length);
        if (state == SubscriptionState.Hung && _connection.Sockets.TryCut(server))
        {
            _ = probed.ProbeAsync();
            return;
        }

        _probed.Remove(server);
        await probed.EndAsync().ConfigureAwait(false);
        await _channels.SubscribeAgainAsync(partitions).ConfigureAwait(false);
        _groupedAt = long.MinValue;
    }
}
