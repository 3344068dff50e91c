namespace DistributedCache.Entries;

/// <summary>Where the fields of format 1 begin, in bytes, and what their ranges are. All numbers are little-endian.</summary>
internal static class EnvelopeLayout
{
    public const byte Format = 1;

    public const int FormatOffset = 0;
    public const int FlagsOffset = 1;
    public const int ReservedOffset = 2;
    public const int RestLengthOffset = 4;
    public const int EntryIdOffset = 8;
    public const int IncarnationOffset = 16;
    public const int SequenceOffset = 24;
    public const int FreshUntilOffset = 32;

    /// <summary>The plain header, which scripts patch.</summary>
    public const int HeaderLength = 40;

    /// <summary>Plain as well, since a reader needs it to open what follows.</summary>
    public const int KeyIdOffset = HeaderLength;

    /// <summary>The one section that can be sealed, to the end.</summary>
    public const int SectionOffset = KeyIdOffset + sizeof(uint);

    /// <summary>The end of the year 9999 in Unix milliseconds: what any of the platform's time types can still hold.</summary>
    public const long MaxMilliseconds = 253_402_300_799_999;

    public const EnvelopeFlags KnownFlags = EnvelopeFlags.NullValue | EnvelopeFlags.StaleMarked
        | EnvelopeFlags.NeverLocal | EnvelopeFlags.Sealed | EnvelopeFlags.Primary;
}
