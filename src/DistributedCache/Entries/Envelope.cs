namespace DistributedCache.Entries;

/// <summary>
/// What a stored entry says about its value. Times are Unix milliseconds, durations milliseconds, both from 0 to
/// <see cref="EnvelopeLayout.MaxMilliseconds"/>.
/// </summary>
internal readonly ref struct Envelope
{
    public required EnvelopeHeader Header { get; init; }

    /// <summary>When the value was made.</summary>
    public required long Created { get; init; }

    /// <summary>Until when it may serve as a fallback.</summary>
    public required long StaleUntil { get; init; }

    /// <summary>The sliding window; 0 is none.</summary>
    public long Sliding { get; init; }

    /// <summary>What sliding cannot pass; 0 is none.</summary>
    public long AbsoluteEnd { get; init; }

    /// <summary>How long its load took.</summary>
    public long LoadDuration { get; init; }

    /// <summary>The source's validator (an entity tag), or null.</summary>
    public string? Validator { get; init; }

    /// <summary>How the payload is encoded: 0 raw, 1 Brotli.</summary>
    public byte Codec { get; init; }

    /// <summary>The tags and prefixes that can end it.</summary>
    public ReadOnlySpan<NamedStamp> Stamps { get; init; }
}
