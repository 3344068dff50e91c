using System.Buffers.Binary;

namespace DistributedCache.Entries;

/// <summary>
/// Reads fields from bytes that may be anything. The first fault sticks: from then on every field is empty or zero,
/// so a row of reads needs one check at its end.
/// </summary>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    public int Position { get; private set; }

    public EnvelopeFault Fault { get; private set; }

    public readonly ReadOnlySpan<byte> Rest => _bytes[Position..];

    public void Fail(EnvelopeFault fault)
    {
        if (Fault == EnvelopeFault.None)
            Fault = fault;
        Position = _bytes.Length;
    }

    public void Skip(int length) => Take(length);

    public byte Byte()
    {
        var field = Take(1);
        return field.IsEmpty ? (byte)0 : field[0];
    }

    public long Int64()
    {
        var field = Take(sizeof(long));
        return field.IsEmpty ? 0 : BinaryPrimitives.ReadInt64LittleEndian(field);
    }

    /// <summary>A fixed 64-bit number from 0 to <paramref name="max"/>.</summary>
    public long Int64(long max) => InRange((ulong)Int64(), max);

    /// <summary>A number from 0 to <paramref name="max"/>, seven bits a byte, low bits first (LEB128).</summary>
    public long Number(long max)
    {
        ulong value = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var b = Byte();
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
                return InRange(value, max);
        }
        Fail(EnvelopeFault.OutOfRange);
        return 0;
    }

    /// <summary>UTF-8 behind its length in bytes.</summary>
    public ReadOnlySpan<byte> Text() => Utf8(Number(int.MaxValue));

    /// <summary>The same, behind its length plus one; 0 is none at all.</summary>
    public bool TryText(out ReadOnlySpan<byte> text)
    {
        var length = Number(int.MaxValue) - 1;
        text = length < 0 ? default : Utf8(length);
        return length >= 0;
    }

    private ReadOnlySpan<byte> Utf8(long length)
    {
        var text = Take(length);
        if (System.Text.Unicode.Utf8.IsValid(text))
            return text;
        Fail(EnvelopeFault.BadText);
        return default;
    }

    private long InRange(ulong value, long max)
    {
        if (value <= (ulong)max)
            return (long)value;
        Fail(EnvelopeFault.OutOfRange);
        return 0;
    }

    private ReadOnlySpan<byte> Take(long length)
    {
        if (length > _bytes.Length - Position)
        {
            Fail(EnvelopeFault.Truncated);
            return default;
        }
        var field = _bytes.Slice(Position, (int)length);
        Position += (int)length;
        return field;
    }
}
