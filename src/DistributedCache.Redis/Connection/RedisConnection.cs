using System.Diagnostics;
using DistributedCache.Keys;
using DistributedCache.Redis.Abilities;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace DistributedCache.Redis.Connection;

/// <summary>The way to the servers: opened at first use, and checked once against what the application keeps there.</summary>
/// <param name="source">Where it comes from.</param>
/// <param name="names">The names of what the application keeps.</param>
/// <param name="log">Where settings weaker than ours are named.</param>
internal sealed class RedisConnection(ConnectionSource source, PartitionNames names, ILogger log) : IAsyncDisposable
{
    private const int WeakTimeoutMs = 4_000;

    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConnectPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LookPause = TimeSpan.FromMilliseconds(500);

    private readonly Lock _lock = new();
    private Task<IDatabase>? _opening;
    private Task _looking = Task.CompletedTask;
    private long _lookedAt;
    private IConnectionMultiplexer? _multiplexer;
    private volatile IDatabase? _database;
    private volatile ServerAbilities _abilities = ServerAbilities.All;
    private bool _isUselessLogged;

    /// <summary>What the servers can do, once <see cref="GetAsync"/> has answered.</summary>
    public ServerAbilities Abilities => _abilities;

    /// <summary>What is listened on; empty where the multiplexer was handed in.</summary>
    public SubscriptionSockets Sockets { get; } = new();

    /// <summary>The database, once the servers have answered and are found to be this application's.</summary>
    /// <exception cref="InvalidOperationException">What is stored there contradicts this application's settings.</exception>
    /// <exception cref="RedisException">The servers don't answer, or can't run scripts.</exception>
    public ValueTask<IDatabase> GetAsync()
    {
        if (_database is { } database) return new(database);
        lock (_lock)
        {
            // Who comes while it is being opened waits for that, and shares its failure: not each a time-out of its own.
            if (_opening is not { IsCompleted: false }) _opening = OpenAsync();
            return new(_opening);
        }
    }

    /// <summary>The subscriber; it needs no answer from the servers.</summary>
    public async ValueTask<ISubscriber> SubscriberAsync() => (await GetAsync().ConfigureAwait(false)).Multiplexer.GetSubscriber();

    /// <summary>Has the client ask a cluster's servers who is master of what, behind the caller, where a partition's master does not answer.
    /// By itself it does so once it has given up the connection, which takes four of its time limits where the master hangs. Where it has,
    /// it is not asked again: it waits for servers it can't connect, and may have asked just before another takes over. What was handed in is
    /// left alone.</summary>
    public void Look(int partition)
    {
        if (!source.Owns || _database is not { } database || Masters.ClusterOf(database) is null) return;
        if (Masters.Find(database.Multiplexer, names.Hash(partition)) is not { IsConnected: true }) return;
        lock (_lock)
        {
            if (!_looking.IsCompleted || Stopwatch.GetElapsedTime(_lookedAt) < LookPause) return;
            _lookedAt = Stopwatch.GetTimestamp();
            _looking = LookAsync(database.Multiplexer);
        }
    }

    /// <summary>Why the servers failed, and which, for a log.</summary>
    public string Describe(Exception failure) => _multiplexer is { } multiplexer
        ? FailureText.Of(failure, multiplexer.GetServers())
        : FailureText.Of(failure, source.Servers);

    public async ValueTask DisposeAsync()
    {
        _database = null;
        if (!source.Owns || Interlocked.Exchange(ref _multiplexer, null) is not { } multiplexer) return;

        // It lets commands that are under way complete, for as long as they may take; a second time it does not wait.
        if (!await Ending.InTimeAsync(multiplexer.DisposeAsync().AsTask()).ConfigureAwait(false)) await multiplexer.CloseAsync(allowCommandsToComplete: false).ConfigureAwait(false);
    }

    private static async Task LookAsync(IConnectionMultiplexer multiplexer)
    {
        try
        {
            await multiplexer.ConfigureAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or ObjectDisposedException)
        {
            // It knows as much as before.
        }
    }

    private async Task<IDatabase> OpenAsync()
    {
        if (_database is { } ready) return ready;
        if (_multiplexer is null)
        {
            _multiplexer = await source.OpenAsync(Sockets).ConfigureAwait(false);
            if (!source.Owns && _multiplexer.TimeoutMilliseconds > WeakTimeoutMs) log.WeakSettings(_multiplexer.TimeoutMilliseconds);
        }

        await AwaitServersAsync(_multiplexer).ConfigureAwait(false);

        var database = _multiplexer.GetDatabase();
        await StoredSettings.CheckAsync(database, names).ConfigureAwait(false);
        await ProbeAsync(database).ConfigureAwait(false);
        _database = database;
        return database;
    }

    private async Task ProbeAsync(IDatabase database)
    {
        var servers = await new ServerProbe(database, names).RunAsync().ConfigureAwait(false);
        var common = LesserServers.Common(servers);
        var isUseless = (common & ServerAbilities.Scripts) == 0;
        if (!isUseless || !_isUselessLogged) LesserServers.Report(servers, log);
        _isUselessLogged = isUseless;

        // Away, as far as callers can tell: asked again with the next call, in case it was the user's rights.
        if (isUseless) throw new RedisException("The Redis server can't run scripts.");
        _abilities = common;
    }

    /// <summary>Gives every server of a cluster a moment to be connected: a multiplexer is open when the first of them is, and what goes
    /// to the others would fail. Where none is, what goes to them says why, at once. Servers know nothing of an application's own clock.</summary>
    private static async Task AwaitServersAsync(IConnectionMultiplexer multiplexer)
    {
        for (var waited = TimeSpan.Zero; waited < ConnectTime; waited += ConnectPause)
        {
            var servers = multiplexer.GetServers();
            var connected = servers.Count(static server => server.IsConnected);
            if (connected == 0 || connected == servers.Length) return;
            await Task.Delay(ConnectPause, TimeProvider.System).ConfigureAwait(false);
        }
    }
}
