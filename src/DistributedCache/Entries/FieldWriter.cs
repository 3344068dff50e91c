using System.Buffers.Binary;
using System.Text;

namespace DistributedCache.Entries;

/// <summary>Writes fields, as <see cref="FieldReader"/> reads them, into a span of the right size.</summary>
internal ref struct FieldWriter(Span<byte> bytes)
{
    private Span<byte> _rest = bytes;

    public static int TextLength(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        return NumberLength(length) + length;
    }

    public static int OptionalTextLength(string? text)
    {
        if (text is null)
            return 1;
        var length = Encoding.UTF8.GetByteCount(text);
        return NumberLength(length + 1L) + length;
    }

    public static int NumberLength(long value)
    {
        var length = 1;
        for (; value >= 0x80; value >>= 7)
            length++;
        return length;
    }

    public void Byte(byte value)
    {
        _rest[0] = value;
        _rest = _rest[1..];
    }

    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_rest, value);
        _rest = _rest[sizeof(uint)..];
    }

    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_rest, value);
        _rest = _rest[sizeof(long)..];
    }

    public void Number(long value)
    {
        for (; value >= 0x80; value >>= 7)
            Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    public void Text(string text)
    {
        Number(Encoding.UTF8.GetByteCount(text));
        Utf8(text);
    }

    public void OptionalText(string? text)
    {
        Number(text is null ? 0 : Encoding.UTF8.GetByteCount(text) + 1L);
        Utf8(text);
    }

    public void Bytes(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_rest);
        _rest = _rest[bytes.Length..];
    }

    private void Utf8(scoped ReadOnlySpan<char> text) => _rest = _rest[Encoding.UTF8.GetBytes(text, _rest)..];
}
