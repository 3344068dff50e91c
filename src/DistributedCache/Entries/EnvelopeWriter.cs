using System.Buffers;
using DistributedCache.Keys;

namespace DistributedCache.Entries;

/// <summary>Writes a stored entry, unsealed, in one piece.</summary>
internal static class EnvelopeWriter
{
    private const int StampNumbersLength = 2 * sizeof(long);

    /// <exception cref="ArgumentOutOfRangeException">A time, duration or partition is out of its range.</exception>
    /// <exception cref="ArgumentException">A null value has a payload, or a flag is set that is not for the caller.</exception>
    public static void Write(IBufferWriter<byte> output, in Envelope envelope, ReadOnlySpan<byte> payload)
    {
        Check(envelope, payload);
        var length = checked(EnvelopeLayout.SectionOffset + SectionLength(envelope) + payload.Length);
        var writer = new FieldWriter(output.GetSpan(length)[..length]);
        envelope.Header.Write(ref writer, length - EnvelopeLayout.HeaderLength);
        writer.UInt32(0);
        writer.Int64(envelope.Created);
        writer.Int64(envelope.StaleUntil);
        writer.Number(envelope.Sliding);
        writer.Int64(envelope.AbsoluteEnd);
        writer.Number(envelope.LoadDuration);
        writer.Number(envelope.Stamps.Length);
        foreach (ref readonly var stamp in envelope.Stamps)
        {
            writer.Byte((byte)stamp.Kind);
            writer.Text(stamp.Name);
            writer.Number(stamp.Partition);
            writer.Int64(stamp.Incarnation);
            writer.Int64(stamp.Sequence);
        }
        writer.OptionalText(envelope.Validator);
        writer.Byte(envelope.Codec);
        writer.Bytes(payload);
        output.Advance(length);
    }

    private static int SectionLength(in Envelope envelope)
    {
        var length = 3 * sizeof(long)
            + FieldWriter.NumberLength(envelope.Sliding)
            + FieldWriter.NumberLength(envelope.LoadDuration)
            + FieldWriter.NumberLength(envelope.Stamps.Length)
            + FieldWriter.OptionalTextLength(envelope.Validator)
            + sizeof(byte);
        foreach (ref readonly var stamp in envelope.Stamps)
        {
            length = checked(length + sizeof(byte) + FieldWriter.TextLength(stamp.Name)
                + FieldWriter.NumberLength(stamp.Partition) + StampNumbersLength);
        }
        return length;
    }

    private static void Check(in Envelope envelope, ReadOnlySpan<byte> payload)
    {
        var flags = envelope.Header.Flags;
        if ((flags & (EnvelopeFlags.Sealed | ~EnvelopeLayout.KnownFlags)) != 0)
            throw new ArgumentException($"The flags are {flags}; an envelope is sealed only after it was written.", nameof(envelope));
        if ((flags & EnvelopeFlags.NullValue) != 0 && !payload.IsEmpty)
            throw new ArgumentException($"A null value has no payload, but {payload.Length} bytes were given.", nameof(payload));
        CheckTime(envelope.Header.FreshUntil, nameof(EnvelopeHeader.FreshUntil));
        CheckTime(envelope.Created, nameof(Envelope.Created));
        CheckTime(envelope.StaleUntil, nameof(Envelope.StaleUntil));
        CheckTime(envelope.Sliding, nameof(Envelope.Sliding));
        CheckTime(envelope.AbsoluteEnd, nameof(Envelope.AbsoluteEnd));
        CheckTime(envelope.LoadDuration, nameof(Envelope.LoadDuration));
        foreach (ref readonly var stamp in envelope.Stamps)
        {
            if ((uint)stamp.Partition >= Partitioner.MaxPartitions)
                throw new ArgumentOutOfRangeException(
                    nameof(envelope), stamp.Partition, "A stamp's partition is 0 to 16,383.");
            if (stamp.Kind > StampKind.Prefix || string.IsNullOrEmpty(stamp.Name))
                throw new ArgumentException($"A stamp of kind {stamp.Kind} is named '{stamp.Name}'; it is a tag or a prefix and has a name.", nameof(envelope));
        }
    }

    private static void CheckTime(long milliseconds, string name)
    {
        if (milliseconds is < 0 or > EnvelopeLayout.MaxMilliseconds)
            throw new ArgumentOutOfRangeException(
                name, milliseconds, $"{name} is 0 to {EnvelopeLayout.MaxMilliseconds} ms.");
    }
}
