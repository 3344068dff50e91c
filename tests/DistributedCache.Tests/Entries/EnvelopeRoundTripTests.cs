using System.Buffers;
using DistributedCache.Entries;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Entries;

public class EnvelopeRoundTripTests
{
    [Property(MaxTest = 1000)]
    public FsCheck.Property Read_WhatWasWritten_IsTheSame() =>
        Prop.ForAll(Sample.Any.ToArbitrary(), sample =>
        {
            var read = Sample.Read(sample.Write(), out var fault);
            Assert.Equal(EnvelopeFault.None, fault);
            Assert.Equal(sample, read);
        });

    [Property]
    public FsCheck.Property Patch_HeaderOnly_ChangesNothingElse() =>
        Prop.ForAll(Sample.Any.ToArbitrary(), sample =>
        {
            var bytes = sample.Write();
            Assert.True(EnvelopeHeader.TryStamp(bytes, 7, 8));
            Assert.True(EnvelopeHeader.TryMarkStale(bytes));
            var flags = sample.Header.Flags | EnvelopeFlags.StaleMarked;
            var expected = sample with { Header = sample.Header with { Flags = flags, Incarnation = 7, Sequence = 8 } };
            Assert.Equal(expected, Sample.Read(bytes, out _));
            Assert.True(EnvelopeHeader.TryRead(bytes.AsSpan(0, 40), out var header, out _));
            Assert.Equal(expected.Header, header);
        });

    // What a sealing layer does: replace the section, set the flag, the key id and the length.
    [Property]
    public FsCheck.Property Split_Sealed_GivesSectionBackToRead() =>
        Prop.ForAll(Sample.Any.ToArbitrary(), sample =>
        {
            var bytes = sample.Write();
            bytes[EnvelopeLayout.FlagsOffset] |= (byte)EnvelopeFlags.Sealed;
            bytes[EnvelopeLayout.KeyIdOffset] = 9;
            foreach (ref var b in bytes.AsSpan(EnvelopeLayout.SectionOffset))
                b ^= 0x55;

            Assert.Null(Sample.Read(bytes, out var fault));
            Assert.Equal(EnvelopeFault.Sealed, fault);
            Assert.True(EnvelopeReader.TrySplit(bytes, out var header, out var keyId, out var section, out _));
            Assert.Equal(9u, keyId);
            var open = section.ToArray();
            foreach (ref var b in open.AsSpan())
                b ^= 0x55;
            Assert.True(EnvelopeReader.TryReadSection(header, open, out var entry, out _));
            Assert.Equal(sample with { Header = header }, Sample.From(entry));
        });

    [Fact]
    public void WriteAndRead_Entry_AllocateNothing()
    {
        var sample = Sample.Any.Sample(1, 30).First() with { Validator = "\"é\"" };
        var output = new ArrayBufferWriter<byte>(1 << 20);
        Turn();
        output.ResetWrittenCount();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var bytes = Turn();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(bytes > 0);

        int Turn()
        {
            EnvelopeWriter.Write(output, sample.ToEnvelope(), sample.Payload);
            var sum = EnvelopeReader.TryRead(output.WrittenSpan, out var entry, out _) ? entry.Payload.Length + 1 : 0;
            foreach (var stamp in entry.Stamps)
                sum += stamp.Name.Length;
            return sum;
        }
    }

    [Fact]
    public void Write_OutOfRange_ThrowsAndNamesIt()
    {
        var good = new Sample(default(EnvelopeHeader));
        Assert.Equal("Created", Fault(good with { Created = -1 }).ParamName);
        Assert.Equal("Sliding", Fault(good with { Sliding = EnvelopeLayout.MaxMilliseconds + 1 }).ParamName);
        Assert.Equal("FreshUntil", Fault(new Sample(new EnvelopeHeader(0, 0, 0, 0, -1))).ParamName);
        Assert.IsType<ArgumentOutOfRangeException>(Fault(good with { Stamps = [new(StampKind.Tag, "a", 16_384, 0, 0)] }));
        Assert.Contains("has a name", Fault(good with { Stamps = [new(StampKind.Tag, "", 0, 0, 0)] }).Message, StringComparison.Ordinal);
        Assert.Contains("3 bytes", Fault(new Sample(new EnvelopeHeader(EnvelopeFlags.NullValue, 0, 0, 0, 0)) { Payload = [1, 2, 3] }).Message, StringComparison.Ordinal);
        Assert.Contains("Sealed", Fault(new Sample(new EnvelopeHeader(EnvelopeFlags.Sealed, 0, 0, 0, 0))).Message, StringComparison.Ordinal);

        static ArgumentException Fault(Sample sample) => Assert.ThrowsAny<ArgumentException>(sample.Write);
    }
}
