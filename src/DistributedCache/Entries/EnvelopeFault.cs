namespace DistributedCache.Entries;

/// <summary>Why stored bytes are not an entry. Each is a miss to the caller.</summary>
internal enum EnvelopeFault
{
    None = 0,

    /// <summary>Shorter than the plain header.</summary>
    TooShort,

    /// <summary>A format this release does not know.</summary>
    UnknownFormat,

    /// <summary>A flag or a reserved byte this release does not know is set.</summary>
    UnknownFlags,

    /// <summary>There are more or fewer bytes than the header says.</summary>
    LengthMismatch,

    /// <summary>The flag for sealed and the key id contradict each other.</summary>
    SealMismatch,

    /// <summary>It is sealed: open the section, then read it.</summary>
    Sealed,

    /// <summary>The section ends within a field.</summary>
    Truncated,

    /// <summary>A time, a duration, a partition or a count is out of its range.</summary>
    OutOfRange,

    /// <summary>A stamp's kind is unknown, its name is empty, or text is not UTF-8.</summary>
    BadText,

    /// <summary>A null value has a payload.</summary>
    NullWithPayload,

    /// <summary>The payload's codec is one this release does not know.</summary>
    UnknownCodec,

    /// <summary>The compressed payload is damaged, ends too soon, or something follows it.</summary>
    BadCompression,

    /// <summary>Decompressed, the payload is larger than one may be.</summary>
    PayloadTooLarge,
}
