using System.Globalization;

namespace DistributedCache.Chaos.Nodes;

/// <summary>What a subscription's connection brings, answer by answer, so that the messages among them can be lost.</summary>
/// <remarks>Only those: a connection that loses the answer to a command and lives on is none that there is.</remarks>
/// <param name="inner">The connection.</param>
/// <param name="loses">Whether messages are lost now.</param>
internal sealed class MessageSieve(Stream inner, Func<bool> loses)
{
    private byte[] _bytes = new byte[4 * 1024];
    private int _start;
    private int _end;

    // What is left of an answer that the reader's buffer was too small for.
    private int _owed;

    /// <summary>Reads what is not lost; 0 at the connection's end.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_owed == 0)
        {
            var length = LengthOf(_bytes.AsSpan(_start.._end));
            if (length == 0)
            {
                if (!await FillAsync(cancellationToken)) return 0;
            }
            else if (loses() && IsMessage(_bytes.AsSpan(_start, length))) _start += length;
            else _owed = length;
        }

        var read = Math.Min(_owed, buffer.Length);
        _bytes.AsSpan(_start, read).CopyTo(buffer.Span);
        (_start, _owed) = (_start + read, _owed - read);
        return read;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        var pending = _bytes.AsMemory(_start.._end);
        if (pending.Length == _bytes.Length) _bytes = new byte[2 * _bytes.Length];
        pending.CopyTo(_bytes);
        (_start, _end) = (0, pending.Length);
        var read = await inner.ReadAsync(_bytes.AsMemory(_end), cancellationToken);
        _end += read;
        return read > 0;
    }

    // An array whose first item says so; what answers a subscription is one too.
    private static bool IsMessage(ReadOnlySpan<byte> answer) => answer[..Math.Min(24, answer.Length)].IndexOf("message\r\n"u8) >= 0;

    /// <summary>How long the first answer is; 0: it is not whole.</summary>
    private static int LengthOf(ReadOnlySpan<byte> bytes)
    {
        var line = bytes.IndexOf("\r\n"u8);
        if (line < 0) return 0;
        var length = line + 2;
        var isGroup = bytes[0] is (byte)'*' or (byte)'>';
        if (!isGroup && bytes[0] != '$') return length;
        var count = int.Parse(bytes[1..line], CultureInfo.InvariantCulture);
        if (count < 0) return length;
        if (!isGroup) return length + count + 2 <= bytes.Length ? length + count + 2 : 0;
        for (; count > 0; count--)
        {
            var item = LengthOf(bytes[length..]);
            if (item == 0) return 0;
            length += item;
        }

        return length;
    }
}
