using System.Buffers;
using System.Buffers.Text;

namespace DistributedCache.Coherence;

/// <summary>A token as bytes: a format byte, the heads' hash, then each part as four variable-length integers, the sequence counted
/// from its base, which keeps it short.</summary>
internal static class TokenText
{
    private const byte Format = 1;
    private const byte EveryHead = 2;
    // Decoders let white space and padding pass besides; a token has one text.
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private const int MaximumBytes = 9 + (ConsistencyToken.MaximumParts * 2 * 33);

    public static int Length(ConsistencyToken token)
    {
        Span<byte> bytes = stackalloc byte[MaximumBytes];
        return token.Parts.Length > ConsistencyToken.MaximumParts ? int.MaxValue : Base64Url.GetEncodedLength(Encode(token, bytes));
    }

    public static string Write(ConsistencyToken token)
    {
        if (token.IsEmpty) return "";
        Span<byte> bytes = stackalloc byte[MaximumBytes];
        return Base64Url.EncodeToString(bytes[..Encode(token, bytes)]);
    }

    public static bool TryRead(ReadOnlySpan<char> text, out ConsistencyToken token)
    {
        token = default;
        Span<byte> bytes = stackalloc byte[MaximumBytes];
        if (text.ContainsAnyExcept(Alphabet) || !Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length < 9) return false;
        var rest = (ReadOnlySpan<byte>)bytes[1..length];
        var heads = BitConverter.ToUInt64(rest);
        rest = rest[8..];
        if (bytes[0] == EveryHead)
        {
            token = ConsistencyToken.EveryHead(heads);
            return rest.IsEmpty;
        }

        if (bytes[0] != Format || rest.IsEmpty) return false;
        var parts = new List<TokenPart>();
        while (!rest.IsEmpty)
        {
            if (!TryReadNumber(ref rest, out var partition) || !TryReadNumber(ref rest, out var incarnation)
                || !TryReadNumber(ref rest, out var start) || !TryReadNumber(ref rest, out var count)
                || partition > int.MaxValue || start + count < 0 || parts.Count == ConsistencyToken.MaximumParts
                || (parts.Count > 0 && parts[^1].Partition >= partition)) return false;
            parts.Add(new TokenPart((int)partition, incarnation, start, start + count));
        }

        token = ConsistencyToken.Of([.. parts], heads);
        return true;
    }

    private static int Encode(ConsistencyToken token, Span<byte> bytes)
    {
        bytes[0] = token.IsEveryHead ? EveryHead : Format;
        BitConverter.TryWriteBytes(bytes[1..], token.Heads);
        var at = 9;
        foreach (var part in token.Parts)
        {
            WriteNumber(bytes, ref at, part.Partition);
            WriteNumber(bytes, ref at, part.Incarnation);
            WriteNumber(bytes, ref at, part.Base);
            WriteNumber(bytes, ref at, part.Sequence - part.Base);
        }

        return at;
    }

    private static void WriteNumber(Span<byte> bytes, ref int at, long value)
    {
        var rest = (ulong)value;
        for (; rest >= 0x80; rest >>= 7) bytes[at++] = (byte)(rest | 0x80);
        bytes[at++] = (byte)rest;
    }

    /// <summary>Takes what <see cref="WriteNumber"/> wrote; false for what is negative or runs out.</summary>
    private static bool TryReadNumber(ref ReadOnlySpan<byte> bytes, out long value)
    {
        value = 0;
        for (var shift = 0; shift < 63 && !bytes.IsEmpty; shift += 7)
        {
            var b = bytes[0];
            bytes = bytes[1..];
            value |= (long)(b & 0x7F) << shift;
            if (b < 0x80) return value >= 0;
        }

        return false;
    }
}
