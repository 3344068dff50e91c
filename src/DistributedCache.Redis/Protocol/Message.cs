using System.Buffers.Text;
using DistributedCache.Coherence;

namespace DistributedCache.Redis.Protocol;

/// <summary>What the log and the channel carry: <c>kind inc base seq from source</c>, a line feed, and the names.</summary>
internal static class Message
{
    private const byte WakeKind = (byte)'W';

    /// <summary>Reads a message: a numbered one, or the names of leases that ended. False for anything else.</summary>
    public static bool TryRead(int partition, ReadOnlySpan<byte> bytes, out Invalidation? invalidation, out IReadOnlyList<string> woken)
    {
        invalidation = null;
        woken = [];
        var line = bytes.IndexOf((byte)'\n');
        if (line < 2 || !TryKind(bytes[0], out var kind)) return false;
        var numbers = bytes[1..line];
        if (!TryNumber(ref numbers, out var incarnation) || !TryNumber(ref numbers, out var @base)
            || !TryNumber(ref numbers, out var sequence) || !TryNumber(ref numbers, out var from)
            || !TryNumber(ref numbers, out var source) || source > 1L << 53
            || !NameList.TryDecode(bytes[(line + 1)..], out var names)) return false;
        if (bytes[0] == WakeKind)
        {
            woken = names;
            return true;
        }

        var mark = default(Mark);
        if (kind == InvalidationKind.Mark && (names.Count != 1 || !MarkField.TryDecode(names[0], out mark))) return false;
        invalidation = new Invalidation(partition, incarnation, @base, sequence, kind, kind == InvalidationKind.Mark ? [] : names, mark, from, source);
        return true;
    }

    private static bool TryKind(byte letter, out InvalidationKind kind)
    {
        kind = (char)letter switch
        {
            'R' => InvalidationKind.Remove,
            'S' => InvalidationKind.Set,
            'E' => InvalidationKind.Expire,
            'M' => InvalidationKind.Mark,
            _ => InvalidationKind.Jump,
        };
        return kind != InvalidationKind.Jump || letter is (byte)'J' or WakeKind;
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> text, out long number)
    {
        number = 0;
        if (text.IsEmpty || text[0] != ' ' || !Utf8Parser.TryParse(text[1..], out number, out var digits) || number < 0) return false;
        text = text[(digits + 1)..];
        return true;
    }
}
