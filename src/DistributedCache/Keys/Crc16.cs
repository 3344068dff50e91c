using System.Runtime.CompilerServices;

namespace DistributedCache.Keys;

/// <summary>
/// CRC-16/XMODEM (polynomial 0x1021, start 0), the hash of the Redis Cluster specification. A checksum is continued
/// by passing the last one in.
/// </summary>
internal static class Crc16
{
    /// <summary>The number of hash slots of a Redis Cluster.</summary>
    public const int Slots = 16_384;

    // Row r holds the checksum of a byte with r zero bytes behind it: four bytes are four look-ups that don't wait for
    // one another ("slicing by four").
    private const int Row = 256;
    private static readonly ushort[] Table = BuildTable();

    public static ushort Append(ushort crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 4; bytes = bytes[4..])
            crc = Append(crc, bytes[0], bytes[1], bytes[2], bytes[3]);
        foreach (var b in bytes)
            crc = Append(crc, b);
        return crc;
    }

    /// <summary>The checksum of the text's UTF-8 bytes.</summary>
    public static ushort Append(ushort crc, ReadOnlySpan<char> text)
    {
        for (; text.Length >= 4; text = text[4..])
        {
            if (((text[0] | text[1] | text[2] | text[3]) & ~0x7F) != 0)
                return AppendRunes(crc, text);
            crc = Append(crc, (byte)text[0], (byte)text[1], (byte)text[2], (byte)text[3]);
        }
        return AppendRunes(crc, text);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Append(ushort crc, byte b) => (ushort)((crc << 8) ^ Table[(crc >> 8) ^ b]);

    /// <summary>The slot of a Redis key: of what stands between its first braces, where that is not empty.</summary>
    public static int HashSlot(ReadOnlySpan<byte> key)
    {
        var open = key.IndexOf((byte)'{') + 1;
        var length = open == 0 ? -1 : key[open..].IndexOf((byte)'}');
        return Append(0, length > 0 ? key.Slice(open, length) : key) % Slots;
    }

    /// <inheritdoc cref="HashSlot(ReadOnlySpan{byte})"/>
    public static int HashSlot(ReadOnlySpan<char> key)
    {
        var open = key.IndexOf('{') + 1;
        var length = open == 0 ? -1 : key[open..].IndexOf('}');
        return Append(0, length > 0 ? key.Slice(open, length) : key) % Slots;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort Append(ushort crc, byte a, byte b, byte c, byte d)
    {
        var table = Table;
        return (ushort)(table[3 * Row + ((crc >> 8) ^ a)] ^ table[2 * Row + ((byte)crc ^ b)] ^ table[Row + c] ^ table[d]);
    }

    private static ushort AppendRunes(ushort crc, ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[4];
        for (; !text.IsEmpty; text = text[1..])
        {
            if (!char.IsAscii(text[0]))
            {
                foreach (var rune in text.EnumerateRunes())
                    crc = Append(crc, utf8[..rune.EncodeToUtf8(utf8)]);
                return crc;
            }
            crc = Append(crc, (byte)text[0]);
        }
        return crc;
    }

    private static ushort[] BuildTable()
    {
        var table = new ushort[4 * Row];
        for (var i = 0; i < Row; i++)
        {
            var crc = i << 8;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc << 1) ^ ((crc & 0x8000) == 0 ? 0 : 0x1021);
            table[i] = (ushort)crc;
        }
        for (var i = Row; i < table.Length; i++)
            table[i] = (ushort)((table[i - Row] << 8) ^ table[table[i - Row] >> 8]);
        return table;
    }
}
