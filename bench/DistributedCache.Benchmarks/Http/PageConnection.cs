using System.Buffers.Text;
using System.Net.Sockets;
using System.Text;

namespace DistributedCache.Benchmarks.Http;

/// <summary>One connection that is kept, on which the page is asked for again and again: the next request follows the answer.</summary>
internal sealed class PageConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _request;
    private readonly byte[] _answer = new byte[16_384];

    public PageConnection(Uri server)
    {
        _request = Encoding.ASCII.GetBytes($"GET /page HTTP/1.1\r\nHost: {server.Authority}\r\nUser-Agent: bench\r\nAccept: text/html\r\n\r\n");
        _socket.Connect(server.Host, server.Port);
    }

    public void Ask(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _socket.Send(_request);
            Receive();
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Receive()
    {
        var (received, whole) = (0, 0);
        while (whole == 0 || received < whole)
        {
            var count = _socket.Receive(_answer.AsSpan(received));
            if (count == 0) throw new IOException("The server closed the connection.");
            received += count;
            if (whole == 0) whole = LengthOf(_answer.AsSpan(0, received));
        }

        if (!_answer.AsSpan(0, received).StartsWith("HTTP/1.1 200 "u8)) throw new IOException(Encoding.Latin1.GetString(_answer, 0, received));
    }

    /// <summary>Bytes of the whole answer; 0 while its headers are not all there.</summary>
    private static int LengthOf(ReadOnlySpan<byte> answer)
    {
        var end = answer.IndexOf("\r\n\r\n"u8);
        if (end < 0) return 0;
        var length = answer[(answer.IndexOf("Content-Length: "u8) + 16)..];
        return Utf8Parser.TryParse(length, out int body, out _) ? end + 4 + body : throw new IOException("The answer does not say how long it is.");
    }
}
