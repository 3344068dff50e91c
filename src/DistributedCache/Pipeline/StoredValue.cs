using System.Buffers;
using System.Text;
using DistributedCache.Coherence;
using DistributedCache.Entries;
using DistributedCache.Expiry;
using DistributedCache.Keys;
using DistributedCache.Remote;
using DistributedCache.Serialization;

namespace DistributedCache.Pipeline;

/// <summary>An entry of the remote tier, read: its header, times and stamps; the payload still in the tier's memory.</summary>
internal readonly record struct StoredValue(
    EnvelopeHeader Header, EntryTimes Times, StampSet Stamps, bool IsNull, byte Codec, ReadOnlySequence<byte> Payload)
{
    /// <summary>Reads an envelope. Wall-clock times become this process's monotonic ones here, and nowhere else.</summary>
    public static bool TryRead(
        RemoteValue remote, CacheKey key, int generation, CoherenceState coherence, CacheClock clock, out StoredValue stored, out EnvelopeFault fault)
    {
        stored = default;
        var bytes = remote.Bytes;
        var span = bytes.IsSingleSegment ? bytes.FirstSpan : bytes.ToArray();
        if (!EnvelopeReader.TryRead(span, out var envelope, out fault)) return false;
        if (StampsOf(envelope, key, generation, coherence) is not { } stamps)
        {
            fault = EnvelopeFault.OutOfRange;
            return false;
        }

        var utcNow = clock.UtcNow;
        var offset = clock.Now - utcNow;
        var fresh = (envelope.Header.Flags & EnvelopeFlags.StaleMarked) != 0 ? Math.Min(envelope.Header.FreshUntil, utcNow) : envelope.Header.FreshUntil;
        var times = new EntryTimes(
            envelope.Created + offset,
            fresh == EnvelopeLayout.MaxMilliseconds ? long.MaxValue : fresh + offset,
            key.IsPrimary ? 0 : Math.Max(0, envelope.StaleUntil - fresh),
            envelope.LoadDuration,
            envelope.Sliding,
            envelope.AbsoluteEnd == 0 ? long.MaxValue : envelope.AbsoluteEnd + offset);
        stored = new StoredValue(envelope.Header, times, stamps, envelope.IsNull, envelope.Codec, bytes.Slice(bytes.Length - envelope.Payload.Length));
        return true;
    }

    /// <summary>Writes the envelope around a payload, compressed where it is longer than <paramref name="compressAbove"/> and becomes shorter.</summary>
    public static void Write(
        IBufferWriter<byte> output, CacheKey key, in EntryTimes times, StampSet stamps, long sequence, ulong id, bool isNull,
        bool neverLocal, CacheClock clock, int compressAbove, ReadOnlySpan<byte> payload)
    {
        var offset = clock.UtcNow - clock.Now;
        var fresh = ToUnix(times.FreshUntil, offset);
        var named = new NamedStamp[stamps.Marks.Length];
        for (var i = 0; i < named.Length; i++)
        {
            var stamp = stamps.Marks[i];
            named[i] = new NamedStamp(stamp.Mark.Kind == MarkKind.Tag ? StampKind.Tag : StampKind.Prefix, stamp.Mark.Name, stamp.Partition, stamp.Incarnation, stamp.Sequence);
        }

        var flags = (isNull ? EnvelopeFlags.NullValue : 0) | (key.IsPrimary ? EnvelopeFlags.Primary : 0) | (neverLocal ? EnvelopeFlags.NeverLocal : 0);
        var length = 0;
        var compressed = payload.Length > compressAbove ? Compression.TryCompress(payload, out length) : null;
        var envelope = new Envelope
        {
            Header = new EnvelopeHeader(flags, id, stamps.Incarnation, sequence, fresh),
            Created = Math.Max(0, times.Created + offset),
            StaleUntil = Math.Min(EnvelopeLayout.MaxMilliseconds, fresh + times.StaleFor),
            Sliding = times.Sliding,
            AbsoluteEnd = times.AbsoluteEnd == long.MaxValue ? 0 : ToUnix(times.AbsoluteEnd, offset),
            LoadDuration = times.LoadDuration,
            Validator = stamps.Validator,
            Codec = compressed is null ? Compression.None : Compression.Brotli,
            Stamps = named,
        };
        EnvelopeWriter.Write(output, envelope, compressed is null ? payload : compressed.AsSpan(0, length));
        if (compressed is not null) ArrayPool<byte>.Shared.Return(compressed);
    }

    private static long ToUnix(long monotonic, long offset) =>
        monotonic == long.MaxValue ? EnvelopeLayout.MaxMilliseconds : Math.Clamp(monotonic + offset, 0, EnvelopeLayout.MaxMilliseconds);

    /// <summary>The stamps as judged here; null where one is in a partition that does not exist.</summary>
    private static StampSet? StampsOf(in EnvelopeReader envelope, in CacheKey key, int generation, CoherenceState coherence)
    {
        var isKnown = !envelope.HasValidator && !key.IsPrimary;
        var incarnation = envelope.Header.Incarnation;
        if (isKnown && coherence.Stamps.Find(envelope.StampBytes, key.Tenant, key.Partition, incarnation, generation) is { } known) return known;
        var marks = envelope.StampCount == 0 ? [] : new Stamp[envelope.StampCount];
        var at = 0;
        foreach (var stamp in envelope.Stamps)
        {
            if (stamp.Partition >= coherence.Count) return null;
            var mark = new Mark(stamp.Kind == StampKind.Tag ? MarkKind.Tag : MarkKind.Prefix, key.Tenant, Encoding.UTF8.GetString(stamp.Name));
            marks[at++] = new Stamp(mark, stamp.Partition, stamp.Incarnation, stamp.Sequence);
        }

        var validator = envelope.HasValidator ? Encoding.UTF8.GetString(envelope.Validator) : null;
        var stamps = coherence.Stamps.Share(new StampOrigin(key.Tenant, key.Partition, incarnation, generation, key.IsPrimary, validator), marks);
        if (isKnown) coherence.Stamps.Remember(envelope.StampBytes, stamps);
        return stamps;
    }
}
