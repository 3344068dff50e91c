using System.Text;
using DistributedCache.Chaos.Nodes;

namespace DistributedCache.Chaos.Tests;

/// <summary>A line that loses messages loses those alone.</summary>
public sealed class MessageSieveTests
{
    private const string Message = "*3\r\n$8\r\nsmessage\r\n$1\r\nc\r\n$9\r\nmessage\r\n\r\n";
    private const string Subscribed = "*3\r\n$10\r\nssubscribe\r\n$1\r\nc\r\n:1\r\n";
    private const string Pong = "*2\r\n$4\r\npong\r\n$0\r\n\r\n";
    private const string Refused = "-MOVED 7 127.0.0.1:1\r\n";

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task Read_NothingIsLost_IsWhatWasSent(int chunk)
    {
        var sent = Subscribed + Message + Pong + Refused + Message;
        Assert.Equal(sent, await ReadAsync(sent, chunk, loses: false));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    public async Task Read_MessagesAreLost_IsEveryAnswer(int chunk) =>
        Assert.Equal(Subscribed + Pong + Refused, await ReadAsync(Subscribed + Message + Message + Pong + Message + Refused, chunk, loses: true));

    [Fact]
    public async Task Read_MessageIsLongerThanAnyBuffer_IsWhole()
    {
        var sent = $"*3\r\n$8\r\nsmessage\r\n$1\r\nc\r\n$20000\r\n{new string('x', 20_000)}\r\n" + Pong;
        Assert.Equal(sent, await ReadAsync(sent, chunk: 999, loses: false));
    }

    private static async Task<string> ReadAsync(string sent, int chunk, bool loses)
    {
        var sieve = new MessageSieve(new Trickle(Encoding.ASCII.GetBytes(sent), chunk), () => loses);
        var read = new MemoryStream();
        var buffer = new byte[5];
        while (await sieve.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count) read.Write(buffer, 0, count);
        return Encoding.ASCII.GetString(read.ToArray());
    }

    // As many bytes at a time as a network happens to bring.
    private sealed class Trickle(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }
}
