using System.Buffers;
using System.Text;
using DistributedCache.Entries;
using FsCheck;
using FsCheck.Fluent;

namespace DistributedCache.Tests.Entries;

/// <summary>An entry with its payload, comparable, which an <see cref="Envelope"/> on the stack is not.</summary>
internal sealed record Sample(EnvelopeHeader Header)
{
    public long Created { get; init; }
    public long StaleUntil { get; init; }
    public long Sliding { get; init; }
    public long AbsoluteEnd { get; init; }
    public long LoadDuration { get; init; }
    public string? Validator { get; init; }
    public byte Codec { get; init; }
    public NamedStamp[] Stamps { get; init; } = [];
    public byte[] Payload { get; init; } = [];

    public static Gen<Sample> Any
    {
        get
        {
            var time = Gen.OneOf(Gen.Choose(0, 300).Select(t => (long)t), Long(0, EnvelopeLayout.MaxMilliseconds),
                Gen.Constant(EnvelopeLayout.MaxMilliseconds));
            var number = Gen.OneOf(Gen.Choose(0, 300).Select(n => (long)n), Long(long.MinValue, long.MaxValue));
            var text = Keys.Texts.Any(40);
            var stamp =
                from kind in Gen.Elements(StampKind.Tag, StampKind.Prefix)
                from name in text.Where(t => t.Length > 0)
                from partition in Gen.Choose(0, 16_383)
                from incarnation in number
                from sequence in number
                select new NamedStamp(kind, name, partition, incarnation, sequence);
            return
                from flags in Gen.Choose(0, 31).Select(f => (EnvelopeFlags)f & ~EnvelopeFlags.Sealed)
                from id in number
                from keyStamp in Gen.Two(number)
                from times in time.ArrayOf(6)
                from validator in Gen.OneOf(Gen.Constant<string?>(null), text.Select(t => (string?)t))
                from codec in Gen.Choose(0, 255)
                from stamps in stamp.ArrayOf()
                from payload in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf()
                select new Sample(new EnvelopeHeader(flags, (ulong)id, keyStamp.Item1, keyStamp.Item2, times[0]))
                {
                    Created = times[1],
                    StaleUntil = times[2],
                    Sliding = times[3],
                    AbsoluteEnd = times[4],
                    LoadDuration = times[5],
                    Validator = validator,
                    Codec = (byte)codec,
                    Stamps = stamps,
                    Payload = flags.HasFlag(EnvelopeFlags.NullValue) ? [] : payload,
                };
        }
    }

    /// <summary>Everything the bytes say, or the fault.</summary>
    public static Sample? Read(ReadOnlySpan<byte> bytes, out EnvelopeFault fault) =>
        EnvelopeReader.TryRead(bytes, out var entry, out fault) ? From(entry) : null;

    public static Sample From(EnvelopeReader entry)
    {
        var stamps = new List<NamedStamp>();
        foreach (var stamp in entry.Stamps)
            stamps.Add(new(stamp.Kind, Encoding.UTF8.GetString(stamp.Name), stamp.Partition, stamp.Incarnation, stamp.Sequence));
        Assert.Equal(entry.StampCount, stamps.Count);
        return new Sample(entry.Header)
        {
            Created = entry.Created,
            StaleUntil = entry.StaleUntil,
            Sliding = entry.Sliding,
            AbsoluteEnd = entry.AbsoluteEnd,
            LoadDuration = entry.LoadDuration,
            Validator = entry.HasValidator ? Encoding.UTF8.GetString(entry.Validator) : null,
            Codec = entry.Codec,
            Stamps = [.. stamps],
            Payload = entry.Payload.ToArray(),
        };
    }

    public byte[] Write()
    {
        var output = new ArrayBufferWriter<byte>();
        EnvelopeWriter.Write(output, ToEnvelope(), Payload);
        return output.WrittenSpan.ToArray();
    }

    public Envelope ToEnvelope() => new()
    {
        Header = Header,
        Created = Created,
        StaleUntil = StaleUntil,
        Sliding = Sliding,
        AbsoluteEnd = AbsoluteEnd,
        LoadDuration = LoadDuration,
        Validator = Validator,
        Codec = Codec,
        Stamps = Stamps,
    };

    public bool Equals(Sample? other) =>
        other is not null && Header == other.Header && Created == other.Created && StaleUntil == other.StaleUntil
        && Sliding == other.Sliding && AbsoluteEnd == other.AbsoluteEnd && LoadDuration == other.LoadDuration
        && Validator == other.Validator && Codec == other.Codec
        && Stamps.SequenceEqual(other.Stamps) && Payload.SequenceEqual(other.Payload);

    public override int GetHashCode() => Header.GetHashCode();

    private static Gen<long> Long(long min, long max) =>
        Gen.Two(Gen.Choose(int.MinValue, int.MaxValue)).Select(two =>
        {
            var bits = ((ulong)(uint)two.Item1 << 32) | (uint)two.Item2;
            var range = (UInt128)((Int128)max - min) + 1;
            return (long)(min + (Int128)(bits % range));
        });
}
