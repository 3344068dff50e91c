using System.Buffers.Binary;
using DistributedCache.Entries;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Entries;

public class EnvelopeFaultTests
{
    [Property(MaxTest = 60)]
    public FsCheck.Property Read_AnyTruncation_IsAFault() =>
        Prop.ForAll(Sample.Any.ToArbitrary(), sample =>
        {
            var bytes = sample.Write();
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.Null(ReadAll(bytes.AsSpan(0, length), out var fault));
                Assert.Equal(length < 40 ? EnvelopeFault.TooShort : EnvelopeFault.LengthMismatch, fault);
            }
            Assert.Null(ReadAll([.. bytes, 0], out var tooLong));
            Assert.Equal(EnvelopeFault.LengthMismatch, tooLong);
        });

    [Property(MaxTest = 60)]
    public FsCheck.Property Read_SectionTruncatedWithItsLengthRight_NeverGivesTheSame() =>
        Prop.ForAll(Sample.Any.ToArbitrary(), sample =>
        {
            var bytes = sample.Write();
            for (var length = 40; length < bytes.Length; length++)
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(EnvelopeLayout.RestLengthOffset), length - 40);
                Assert.NotEqual(sample, ReadAll(bytes.AsSpan(0, length), out _));
            }
        });

    // A payload has no checksum, so some flips read; none is read as what it was, as no bit is without meaning.
    [Property(MaxTest = 30, EndSize = 10)]
    public FsCheck.Property Read_AnyBitFlipped_IsAFaultOrAnotherEntry() =>
        Prop.ForAll(Sample.Any.ToArbitrary(), sample =>
        {
            var bytes = sample.Write();
            for (var bit = 0; bit < bytes.Length * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << bit % 8);
                Assert.NotEqual(sample, ReadAll(bytes, out _));
                bytes[bit / 8] ^= (byte)(1 << bit % 8);
            }
        });

    [Property(MaxTest = 3000)]
    public FsCheck.Property Read_Garbage_NeverThrows() =>
        Prop.ForAll(Bytes(300).ToArbitrary(), bytes =>
            Assert.Equal(ReadAll(bytes, out var fault) is null, fault != EnvelopeFault.None));

    [Property(MaxTest = 5000)]
    public FsCheck.Property Read_GarbageBehindAGoodHeader_NeverThrows() =>
        Prop.ForAll(Bytes(200).ToArbitrary(), garbage =>
        {
            var bytes = new Sample(default(EnvelopeHeader)).Write().AsSpan(0, EnvelopeLayout.SectionOffset).ToArray();
            bytes = [.. bytes, .. garbage];
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(EnvelopeLayout.RestLengthOffset), bytes.Length - 40);
            Assert.Equal(ReadAll(bytes, out var fault) is null, fault != EnvelopeFault.None);
        });

    [Theory]
    [InlineData(0, 2, nameof(EnvelopeFault.UnknownFormat))]
    [InlineData(0, 0, nameof(EnvelopeFault.UnknownFormat))]
    [InlineData(1, 0x20, nameof(EnvelopeFault.UnknownFlags))]
    [InlineData(1, 0x80, nameof(EnvelopeFault.UnknownFlags))]
    [InlineData(1, 0x01, nameof(EnvelopeFault.NullWithPayload))]
    [InlineData(1, 0x08, nameof(EnvelopeFault.SealMismatch))]
    [InlineData(2, 1, nameof(EnvelopeFault.UnknownFlags))]
    [InlineData(3, 1, nameof(EnvelopeFault.UnknownFlags))]
    [InlineData(4, 0, nameof(EnvelopeFault.LengthMismatch))]
    [InlineData(7, 0x80, nameof(EnvelopeFault.LengthMismatch))]
    [InlineData(39, 0x80, nameof(EnvelopeFault.OutOfRange))]
    [InlineData(40, 1, nameof(EnvelopeFault.SealMismatch))]
    [InlineData(51, 0x80, nameof(EnvelopeFault.OutOfRange))]
    [InlineData(70, 2, nameof(EnvelopeFault.Truncated))]
    [InlineData(71, 2, nameof(EnvelopeFault.BadText))]
    [InlineData(72, 0, nameof(EnvelopeFault.BadText))]
    [InlineData(72, 0xFF, nameof(EnvelopeFault.Truncated))]
    [InlineData(73, 0xFF, nameof(EnvelopeFault.BadText))]
    [InlineData(75, 0xFF, nameof(EnvelopeFault.OutOfRange))]
    public void Read_OneByteWrong_NamesTheFault(int offset, byte value, string expected)
    {
        // Stamps: their number at 70, then kind at 71, length at 72, "t" at 73, partition (2 bytes) at 74.
        var bytes = new Sample(default(EnvelopeHeader)) { Stamps = [new(StampKind.Tag, "t", 16_383, 1, 1)], Payload = [1] }.Write();
        Assert.Equal(1, bytes[70]);
        bytes[offset] = value;
        Assert.Null(ReadAll(bytes, out var fault));
        Assert.Equal(expected, fault.ToString());
    }

    [Fact]
    public void Patch_UnknownBytes_RefusesAndLeavesThem()
    {
        byte[] bytes = [2, .. new byte[60]];
        var before = bytes.ToArray();
        Assert.False(EnvelopeHeader.TryMarkStale(bytes));
        Assert.False(EnvelopeHeader.TryStamp(bytes, 1, 1));
        Assert.Equal(before, bytes);
        Assert.False(EnvelopeHeader.TryMarkStale(new byte[] { 1, 0 }));
    }

    /// <summary>Reads all there is, and turns it into the platform's time types as a caller would.</summary>
    private static Sample? ReadAll(ReadOnlySpan<byte> bytes, out EnvelopeFault fault)
    {
        var sample = Sample.Read(bytes, out fault);
        if (sample is null)
            return null;
        foreach (var time in (long[])[sample.Header.FreshUntil, sample.Created, sample.StaleUntil, sample.AbsoluteEnd])
            _ = DateTimeOffset.FromUnixTimeMilliseconds(time);
        foreach (var duration in (long[])[sample.Sliding, sample.LoadDuration])
            _ = TimeSpan.FromMilliseconds(duration);
        return sample;
    }

    // Mostly small numbers, so that lengths and counts are often plausible.
    private static FsCheck.Gen<byte[]> Bytes(int max) =>
        from length in Gen.Choose(0, max)
        from bytes in Gen.Frequency(
            (3, Gen.Choose(0, 2)), (1, Gen.Choose(0, 30)), (1, Gen.Choose(0, 255))).Select(b => (byte)b).ArrayOf(length)
        select bytes;
}
