using System.Buffers;
using System.IO.Compression;
using System.Text;
using DistributedCache.Entries;
using DistributedCache.Serialization;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Serialization;

/// <summary>What is compressed comes back as it was, and bytes that are no compressed payload are a fault.</summary>
public class CompressionTests
{
    private const int Limit = 1 << 20;

    [Property(MaxTest = 300)]
    public bool Decompress_Compressed_GivesThePayload(byte[] piece, PositiveInt times, PositiveInt cut)
    {
        var payload = Enumerable.Repeat(piece, times.Get).SelectMany(bytes => bytes).ToArray();
        if (Compress(payload) is not { } compressed) return true;
        var (fault, plain) = Decompress(Split(compressed, cut.Get % compressed.Length), Limit);
        return compressed.Length < payload.Length && fault == EnvelopeFault.None && plain.SequenceEqual(payload);
    }

    [Property(MaxTest = 500)]
    public bool Decompress_AnyBytes_IsAFaultOrWithinTheLimit(byte[] bytes)
    {
        var (fault, plain) = Decompress(new ReadOnlySequence<byte>(bytes), 100);
        return fault != EnvelopeFault.None || plain.Length <= 100;
    }

    [Fact]
    public void TryCompress_NoSmaller_IsNull()
    {
        var noise = new byte[5000];
        new Random(1).NextBytes(noise);
        Assert.Null(Compress(noise));
        Assert.Null(Compress([]));
        Assert.Null(Compress([1]));
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(100_000)]
    [InlineData(1 << 20)]
    public void Decompress_ExactlyTheLimit_IsThePayloadAndOneLessIsTooLarge(int length)
    {
        var payload = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, length).Select(i => i % 97)))[..length];
        var compressed = new ReadOnlySequence<byte>(Compress(payload)!);
        Assert.Equal(payload, Decompress(compressed, length).Plain);
        Assert.Equal(EnvelopeFault.PayloadTooLarge, Decompress(compressed, length - 1).Fault);
    }

    [Fact]
    public void Decompress_Bomb_IsTooLargeAndTakesNoMoreThanTheLimit()
    {
        var bomb = new byte[100_000];
        Assert.True(BrotliEncoder.TryCompress(new byte[64 << 20], bomb, out var length, 9, 22));
        using var target = new PooledBufferWriter(int.MaxValue);
        Assert.Equal(EnvelopeFault.PayloadTooLarge, Compression.Decompress(new ReadOnlySequence<byte>(bomb, 0, length), Limit, target));
        Assert.Equal(Limit + 1, target.WrittenCount);
    }

    [Fact]
    public void Decompress_CutShortOrLonger_IsAFault()
    {
        var compressed = Compress(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 2000))))!;
        for (var length = 0; length < compressed.Length; length += 7)
            Assert.Equal(EnvelopeFault.BadCompression, Decompress(new ReadOnlySequence<byte>(compressed, 0, length), Limit).Fault);
        Assert.Equal(EnvelopeFault.BadCompression, Decompress(new ReadOnlySequence<byte>([.. compressed, 0]), Limit).Fault);
        Assert.Equal(EnvelopeFault.BadCompression, Decompress(Split([.. compressed, 0], compressed.Length), Limit).Fault);
    }

    private static byte[]? Compress(byte[] payload)
    {
        var rented = Compression.TryCompress(payload, out var length);
        if (rented is null) return null;
        var compressed = rented.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(rented);
        return compressed;
    }

    private static (EnvelopeFault Fault, byte[] Plain) Decompress(in ReadOnlySequence<byte> bytes, int limit)
    {
        using var target = new PooledBufferWriter(int.MaxValue);
        var fault = Compression.Decompress(bytes, limit, target);
        return (fault, target.WrittenSpan.ToArray());
    }

    private static ReadOnlySequence<byte> Split(byte[] bytes, int at)
    {
        var first = new Segment(bytes.AsMemory(0, at), 0);
        return new(first, 0, first.Append(default).Append(bytes.AsMemory(at)), bytes.Length - at);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long index) => (Memory, RunningIndex) = (memory, index);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
