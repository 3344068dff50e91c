using System.Buffers.Binary;

namespace DistributedCache.Entries;

/// <summary>
/// The first 40 bytes of a stored entry. They are plain whatever follows, so that a script (or the in-process remote
/// tier) can patch them in place.
/// </summary>
/// <param name="Flags">What kind of value it is.</param>
/// <param name="EntryId">64 random bits, new for each value stored.</param>
/// <param name="Incarnation">The key stamp's incarnation of the partition.</param>
/// <param name="Sequence">The key stamp's sequence number.</param>
/// <param name="FreshUntil">Unix milliseconds.</param>
internal readonly record struct EnvelopeHeader(
    EnvelopeFlags Flags, ulong EntryId, long Incarnation, long Sequence, long FreshUntil)
{
    /// <summary>Reads the header alone; the bytes may end after it or go on.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out EnvelopeHeader header, out EnvelopeFault fault)
    {
        header = default;
        fault = Check(bytes);
        if (fault != EnvelopeFault.None)
            return false;
        header = new EnvelopeHeader(
            (EnvelopeFlags)bytes[EnvelopeLayout.FlagsOffset],
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[EnvelopeLayout.EntryIdOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[EnvelopeLayout.IncarnationOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[EnvelopeLayout.SequenceOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[EnvelopeLayout.FreshUntilOffset..]));
        if (header.FreshUntil is >= 0 and <= EnvelopeLayout.MaxMilliseconds)
            return true;
        fault = EnvelopeFault.OutOfRange;
        return false;
    }

    /// <summary>Marks a stored entry as stale. False where the bytes are no entry of a known format.</summary>
    public static bool TryMarkStale(Span<byte> entry)
    {
        if (Check(entry) != EnvelopeFault.None)
            return false;
        entry[EnvelopeLayout.FlagsOffset] |= (byte)EnvelopeFlags.StaleMarked;
        return true;
    }

    /// <summary>Gives a stored entry another key stamp. False where the bytes are no entry of a known format.</summary>
    public static bool TryStamp(Span<byte> entry, long incarnation, long sequence)
    {
        if (Check(entry) != EnvelopeFault.None)
            return false;
        BinaryPrimitives.WriteInt64LittleEndian(entry[EnvelopeLayout.IncarnationOffset..], incarnation);
        BinaryPrimitives.WriteInt64LittleEndian(entry[EnvelopeLayout.SequenceOffset..], sequence);
        return true;
    }

    internal void Write(ref FieldWriter writer, int restLength)
    {
        writer.Byte(EnvelopeLayout.Format);
        writer.Byte((byte)Flags);
        writer.Byte(0);
        writer.Byte(0);
        writer.UInt32((uint)restLength);
        writer.Int64((long)EntryId);
        writer.Int64(Incarnation);
        writer.Int64(Sequence);
        writer.Int64(FreshUntil);
    }

    private static EnvelopeFault Check(ReadOnlySpan<byte> bytes)
    {
        // The format comes first: what stands behind an unknown one means nothing.
        if (!bytes.IsEmpty && bytes[EnvelopeLayout.FormatOffset] != EnvelopeLayout.Format)
            return EnvelopeFault.UnknownFormat;
        if (bytes.Length < EnvelopeLayout.HeaderLength)
            return EnvelopeFault.TooShort;
        var unknown = bytes[EnvelopeLayout.FlagsOffset] & ~(byte)EnvelopeLayout.KnownFlags
            | bytes[EnvelopeLayout.ReservedOffset] | bytes[EnvelopeLayout.ReservedOffset + 1];
        return unknown == 0 ? EnvelopeFault.None : EnvelopeFault.UnknownFlags;
    }
}
