using System.Buffers.Binary;

namespace DistributedCache.Entries;

/// <summary>
/// A stored entry, read without copies. Any bytes whatsoever are either an entry or a fault, never an exception; what
/// is read here is in range, so that it can be turned into the platform's time types.
/// </summary>
internal readonly ref struct EnvelopeReader
{
    private readonly ReadOnlySpan<byte> _stamps;
    private readonly ReadOnlySpan<byte> _validator;

    private EnvelopeReader(EnvelopeHeader header, scoped ref FieldReader fields)
    {
        Header = header;
        Created = fields.Int64(EnvelopeLayout.MaxMilliseconds);
        StaleUntil = fields.Int64(EnvelopeLayout.MaxMilliseconds);
        Sliding = fields.Number(EnvelopeLayout.MaxMilliseconds);
        AbsoluteEnd = fields.Int64(EnvelopeLayout.MaxMilliseconds);
        LoadDuration = fields.Number(EnvelopeLayout.MaxMilliseconds);
        StampCount = (int)fields.Number(int.MaxValue);
        _stamps = fields.Rest;
        var fault = new NamedStampReader(_stamps, StampCount).Check(out var length);
        if (fault != EnvelopeFault.None)
        {
            fields.Fail(fault);
        }
        else
        {
            _stamps = _stamps[..length];
            fields.Skip(length);
        }

        HasValidator = fields.TryText(out _validator);
        Codec = fields.Byte();
        Payload = fields.Rest;
        if (IsNull && !Payload.IsEmpty)
            fields.Fail(EnvelopeFault.NullWithPayload);
    }

    public EnvelopeHeader Header { get; }

    public bool IsNull => (Header.Flags & EnvelopeFlags.NullValue) != 0;

    /// <inheritdoc cref="Envelope.Created"/>
    public long Created { get; }

    /// <inheritdoc cref="Envelope.StaleUntil"/>
    public long StaleUntil { get; }

    /// <inheritdoc cref="Envelope.Sliding"/>
    public long Sliding { get; }

    /// <inheritdoc cref="Envelope.AbsoluteEnd"/>
    public long AbsoluteEnd { get; }

    /// <inheritdoc cref="Envelope.LoadDuration"/>
    public long LoadDuration { get; }

    public int StampCount { get; }

    public NamedStampReader Stamps => new(_stamps, StampCount);

    /// <summary>The stamps as they are stored: equal bytes are equal stamps.</summary>
    public ReadOnlySpan<byte> StampBytes => _stamps;

    public bool HasValidator { get; }

    /// <summary>The source's validator in UTF-8.</summary>
    public ReadOnlySpan<byte> Validator => _validator;

    /// <inheritdoc cref="Envelope.Codec"/>
    public byte Codec { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads an entry. Of a sealed one the fault is <see cref="EnvelopeFault.Sealed"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out EnvelopeReader entry, out EnvelopeFault fault)
    {
        entry = default;
        if (!TrySplit(bytes, out var header, out var keyId, out var section, out fault))
            return false;
        if (keyId == 0)
            return TryReadSection(header, section, out entry, out fault);
        fault = EnvelopeFault.Sealed;
        return false;
    }

    /// <summary>
    /// Takes an entry apart into its header, the id of the key it is sealed with (0: not sealed), and the section
    /// that is sealed.
    /// </summary>
    public static bool TrySplit(
        ReadOnlySpan<byte> bytes, out EnvelopeHeader header, out uint keyId, out ReadOnlySpan<byte> section,
        out EnvelopeFault fault)
    {
        keyId = 0;
        section = default;
        if (!EnvelopeHeader.TryRead(bytes, out header, out fault))
            return false;
        var rest = BinaryPrimitives.ReadUInt32LittleEndian(bytes[EnvelopeLayout.RestLengthOffset..]);
        if (rest != bytes.Length - EnvelopeLayout.HeaderLength || bytes.Length < EnvelopeLayout.SectionOffset)
            fault = EnvelopeFault.LengthMismatch;
        else
        {
            keyId = BinaryPrimitives.ReadUInt32LittleEndian(bytes[EnvelopeLayout.KeyIdOffset..]);
            section = bytes[EnvelopeLayout.SectionOffset..];
            if ((keyId != 0) != ((header.Flags & EnvelopeFlags.Sealed) != 0))
                fault = EnvelopeFault.SealMismatch;
        }
        return fault == EnvelopeFault.None;
    }

    /// <summary>Reads a section that is plain, or was opened.</summary>
    public static bool TryReadSection(
        EnvelopeHeader header, ReadOnlySpan<byte> section, out EnvelopeReader entry, out EnvelopeFault fault)
    {
        var fields = new FieldReader(section);
        entry = new EnvelopeReader(header, ref fields);
        fault = fields.Fault;
        if (fault != EnvelopeFault.None)
            entry = default;
        return fault == EnvelopeFault.None;
    }
}
