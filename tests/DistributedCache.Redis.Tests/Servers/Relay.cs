using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>A way to a server whose connections can be made to hang: they stay open, and nothing comes through any more.</summary>
internal sealed partial class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private readonly ConcurrentBag<Line> _lines = [];
    private readonly Task _accepting;
    private volatile Task _subscribing = Task.CompletedTask;

    private Relay(int server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Endpoint => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>Whether a connection hangs from when it next subscribes to something.</summary>
    public bool HangsWhoSubscribes { get; set; }

    /// <summary>Whether that spares who only finds out what the server can do.</summary>
    public bool SparesProbes { get; set; }

    /// <summary>Lets no request to subscribe through until what it answers is disposed.</summary>
    public IDisposable HoldSubscribing() => new Hold(this);

    public static Relay To(RedisProcess server) => new(server.Port);

    /// <summary>Hangs the connections that subscribe to something, as they are now; how many those are.</summary>
    public int HangSubscriptions()
    {
        var subscribed = _lines.Where(static line => line is { Subscribes: true, Hangs: false }).ToList();
        foreach (var line in subscribed) line.Hangs = true;
        return subscribed.Count;
    }

    /// <summary>Has the server end what is subscribed, of which the client hears nothing; on how many connections.</summary>
    public async Task<int> LoseSubscriptionsAsync()
    {
        var subscribed = _lines.Where(static line => line.Subscribes).ToList();
        foreach (var line in subscribed) await line.UnsubscribeAsync();
        return subscribed.Count;
    }

    /// <summary>The same of one channel alone.</summary>
    public async Task<int> LoseSubscriptionAsync(string channel)
    {
        var subscribed = _lines.Where(static line => line.Subscribes).ToList();
        foreach (var line in subscribed) await line.UnsubscribeAsync(channel);
        return subscribed.Count;
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        foreach (var line in _lines) line.Dispose();
        await Task.WhenAll(_lines.Select(static line => line.Done));
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                var server = new TcpClient { NoDelay = true };
                await server.ConnectAsync(IPAddress.Loopback, _server);
                _lines.Add(new Line(this, client, server));
            }
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException)
        {
            // The test is over; between two connections the listener says so in an exception of its own.
        }
    }

    [GeneratedRegex(@"[*>]3\r\n\$12\r\nsunsubscribe\r\n\$\d+\r\n[^\r]*\r\n:\d+\r\n")]
    private static partial Regex Unsubscribed();

    private sealed class Hold : IDisposable
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Hold(Relay relay) => relay._subscribing = _end.Task;

        public void Dispose() => _end.SetResult();
    }

    private sealed class Line : IDisposable
    {
        // What the last answer contains that the client is not to see; null: it sees all.
        private volatile string? _silentTo;

        private readonly Relay _relay;
        private readonly TcpClient _client;
        private readonly TcpClient _server;

        public Line(Relay relay, TcpClient client, TcpClient server)
        {
            (_relay, _client, _server) = (relay, client, server);
            client.NoDelay = true;
            Done = Task.WhenAll(PassAsync(client, server, isRequest: true), PassAsync(server, client, isRequest: false));
        }

        public Task Done { get; }

        public bool Subscribes { get; private set; }

        public bool Hangs { get; set; }

        /// <summary>Of one channel, or, where the last of the answers says that none is left, of all.</summary>
        public async Task UnsubscribeAsync(string? channel = null)
        {
            _silentTo = channel is null ? "\r\n:0\r\n" : $"\r\n{channel}\r\n";
            await _server.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"SUNSUBSCRIBE {channel}\r\n"));
        }

        public void Dispose()
        {
            _client.Dispose();
            _server.Dispose();
        }

        private async Task PassAsync(TcpClient from, TcpClient to, bool isRequest)
        {
            try
            {
                var bytes = new byte[16 * 1024];
                while (await from.GetStream().ReadAsync(bytes) is > 0 and var count)
                {
                    if (isRequest && bytes.AsSpan(0, count).IndexOf("SSUBSCRIBE"u8) >= 0)
                    {
                        Subscribes = true;
                        Hangs |= _relay.HangsWhoSubscribes && !(_relay.SparesProbes && bytes.AsSpan(0, count).IndexOf("}probe\r\n"u8) >= 0);
                        await _relay._subscribing;
                    }

                    // Read all the same, so that neither side notices a full buffer.
                    if (!Hangs) await to.GetStream().WriteAsync(isRequest || _silentTo is null ? bytes.AsMemory(0, count) : WithoutUnsubscribed(bytes.AsSpan(0, count)));
                }
            }
            catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // One side is gone, and so is the other.
            }

            Dispose();
        }

        // Those to the client's own requests come after the last.
        private byte[] WithoutUnsubscribed(ReadOnlySpan<byte> bytes)
        {
            var text = Encoding.Latin1.GetString(bytes);
            return Encoding.Latin1.GetBytes(Unsubscribed().Replace(text, answer =>
            {
                if (_silentTo is not { } last) return answer.Value;
                if (answer.Value.Contains(last, StringComparison.Ordinal)) _silentTo = null;
                return "";
            }));
        }
    }
}
