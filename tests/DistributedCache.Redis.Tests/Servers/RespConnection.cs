using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>An error a server answered with.</summary>
public sealed class RespException(string message) : Exception(message);

/// <summary>One plain connection to one server, for commands to exactly that server: no routing and no reconnecting.</summary>
public sealed class RespConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly TcpClient _client;
    private readonly BufferedStream _stream;

    private RespConnection(TcpClient client)
    {
        _client = client;
        _stream = new BufferedStream(client.GetStream());
    }

    public static async Task<RespConnection> OpenAsync(int port)
    {
        var client = new TcpClient { NoDelay = true };
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port).WaitAsync(Patience);
            return new RespConnection(client);
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    /// <summary>Sends a command and reads its answer: a string, a long, an array of answers, or null.</summary>
    /// <exception cref="RespException">The server answered with an error.</exception>
    /// <exception cref="TimeoutException">No answer came for five seconds; the connection is then of no more use.</exception>
    public async Task<object?> ExecuteAsync(params string[] command)
    {
        var request = new StringBuilder().Append(CultureInfo.InvariantCulture, $"*{command.Length}\r\n");
        foreach (var part in command) request.Append(CultureInfo.InvariantCulture, $"${Encoding.UTF8.GetByteCount(part)}\r\n{part}\r\n");

        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _stream.WriteAsync(Encoding.UTF8.GetBytes(request.ToString()), patience.Token);
            await _stream.FlushAsync(patience.Token);
            return await ReadAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{command[0]} had no answer within {Patience}.");
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }

    /// <summary>Reads what the server sends unasked.</summary>
    public async Task<object?> ReadAsync(CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(cancellationToken);
        var rest = line[1..];
        switch (line[0])
        {
            case '+':
                return rest;
            case '-':
                throw new RespException(rest);
            case ':':
                return long.Parse(rest, CultureInfo.InvariantCulture);
            case '$':
                var length = int.Parse(rest, CultureInfo.InvariantCulture);
                if (length < 0) return null;
                var bytes = new byte[length + 2];
                await _stream.ReadExactlyAsync(bytes, cancellationToken);
                return Encoding.UTF8.GetString(bytes, 0, length);
            case '*':
                var count = int.Parse(rest, CultureInfo.InvariantCulture);
                if (count < 0) return null;
                var items = new object?[count];
                for (var i = 0; i < count; i++) items[i] = await ReadAsync(cancellationToken);
                return items;
            default:
                throw new IOException($"A server answered with '{line}', which is no RESP2.");
        }
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (true)
        {
            await _stream.ReadExactlyAsync(one, cancellationToken);
            if (one[0] == '\n') return line.ToString(0, line.Length - 1);
            line.Append((char)one[0]);
        }
    }
}
