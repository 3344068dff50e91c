using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using DistributedCache.Redis.Connection;
using StackExchange.Redis;
using StackExchange.Redis.Configuration;

namespace DistributedCache.Chaos.Nodes;

/// <summary>A node's connections to its servers, which can be closed, held and robbed.</summary>
internal sealed class Line : Tunnel
{
    private readonly ConcurrentDictionary<LineStream, bool> _streams = new();
    private TaskCompletionSource? _held;

    /// <summary>Whether new connections are refused.</summary>
    private volatile bool _isRefused;

    /// <summary>Whether the messages that subscriptions bring are thrown away.</summary>
    public bool IsDeaf { get; set; }

    /// <summary>Connects to the servers over this line, with the settings the library gives a connection string.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync(string connectionString) => await ConnectionMultiplexer.ConnectAsync(Settings(connectionString));

    /// <summary>The settings of that connection.</summary>
    public ConfigurationOptions Settings(string connectionString)
    {
        var settings = ClientSettings.Parse(connectionString);
        settings.Tunnel = this;
        return settings;
    }

    /// <summary>Closes every connection and refuses new ones until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        _isRefused = true;
        Reset();
    }

    /// <summary>Closes every connection; new ones are let through.</summary>
    public void Reset()
    {
        foreach (var stream in _streams.Keys) stream.Dispose();
    }

    /// <summary>Holds every byte, both ways, until <see cref="Mend"/>: then all come late, as after a network's fault.</summary>
    public void Hold() => Interlocked.CompareExchange(ref _held, new(TaskCreationOptions.RunContinuationsAsynchronously), null);

    public void Mend()
    {
        _isRefused = false;
        IsDeaf = false;
        Interlocked.Exchange(ref _held, null)?.SetResult();
    }

    /// <summary>Ends when bytes may pass.</summary>
    public Task PassAsync(CancellationToken cancellationToken) => Volatile.Read(ref _held)?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;

    public override async ValueTask BeforeSocketConnectAsync(EndPoint endPoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        await PassAsync(cancellationToken);
        if (_isRefused) throw new SocketException((int)SocketError.ConnectionRefused);
    }

    public override ValueTask<Stream?> BeforeAuthenticateAsync(EndPoint endpoint, ConnectionType connectionType, Socket? socket, CancellationToken cancellationToken)
    {
        if (_isRefused || socket is null) throw new SocketException((int)SocketError.ConnectionRefused);
        socket.NoDelay = true;
        var stream = new LineStream(this, new NetworkStream(socket, ownsSocket: true), connectionType == ConnectionType.Subscription);
        _streams.TryAdd(stream, true);
        if (_isRefused) stream.Dispose();
        return new(stream);
    }

    public void Forget(LineStream stream) => _streams.TryRemove(stream, out _);
}
