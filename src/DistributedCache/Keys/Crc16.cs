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

    private static readonly ushort[] Table = BuildTable();

    public static ushort Append(ushort crc, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
            crc = Append(crc, b);
        return crc;
    }

    /// <summary>The checksum of the text's UTF-8 bytes.</summary>
    public static ushort Append(ushort crc, ReadOnlySpan<char> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsAscii(text[i]))
                return AppendRunes(crc, text[i..]);
            crc = Append(crc, (byte)text[i]);
        }
        return crc;
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

    private static ushort AppendRunes(ushort crc, ReadOnlySpan<char> text)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
            crc = Append(crc, utf8[..rune.EncodeToUtf8(utf8)]);
        return crc;
    }

    private static ushort[] BuildTable()
    {
        var table = new ushort[256];
        for (var i = 0; i < table.Length; i++)
        {
            var crc = i << 8;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc << 1) ^ ((crc & 0x8000) == 0 ? 0 : 0x1021);
            table[i] = (ushort)crc;
        }
        return table;
    }
}
