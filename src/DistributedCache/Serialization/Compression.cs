using System.Buffers;
using System.IO.Compression;
using System.Numerics;
using DistributedCache.Entries;

namespace DistributedCache.Serialization;

/// <summary>A payload's codec: as it is, or Brotli.</summary>
internal static class Compression
{
    public const byte None = 0;
    public const byte Brotli = 1;

    private const int Quality = 1;
    private const int SmallestWindow = 10;
    private const int LargestWindow = 22;

    // Text shrinks to between a half and a tenth: with this guess most payloads are read in one step.
    private const int UsualRatio = 8;

    /// <summary>Compresses a payload into memory the caller gives back to the shared array pool; null where that makes it no smaller.</summary>
    public static byte[]? TryCompress(ReadOnlySpan<byte> payload, out int length)
    {
        length = 0;
        if (payload.Length < 2) return null;
        var target = ArrayPool<byte>.Shared.Rent(payload.Length - 1);

        // The window is memory the encoder takes: no more than the payload fills.
        var window = Math.Clamp(BitOperations.Log2((uint)payload.Length) + 1, SmallestWindow, LargestWindow);
        if (BrotliEncoder.TryCompress(payload, target.AsSpan(0, payload.Length - 1), out length, Quality, window)) return target;
        ArrayPool<byte>.Shared.Return(target);
        return null;
    }

    /// <summary>Appends what a compressed payload was to <paramref name="target"/>, which after a fault holds part of it or none.</summary>
    /// <param name="payload">The compressed bytes.</param>
    /// <param name="limit">The most bytes it may become: a few bytes can say they are gigabytes.</param>
    /// <param name="target">Empty, and without a limit of its own below that one.</param>
    public static EnvelopeFault Decompress(in ReadOnlySequence<byte> payload, int limit, PooledBufferWriter target)
    {
        // No using: its variable is read-only, and the decoder's state is in the struct.
        var decoder = default(BrotliDecoder);
        try
        {
            var hint = (int)Math.Min(payload.Length * UsualRatio, limit + 1L);
            var status = OperationStatus.NeedMoreData;
            foreach (var segment in payload)
            {
                var source = segment.Span;
                if (status == OperationStatus.Done && !source.IsEmpty) return EnvelopeFault.BadCompression;
                if (source.IsEmpty) continue;
                do
                {
                    // One byte more than allowed, so that going over is seen.
                    var room = target.GetSpan(hint);
                    room = room[..(int)Math.Min(room.Length, limit + 1L - target.WrittenCount)];
                    status = decoder.Decompress(source, room, out var consumed, out var written);
                    target.Advance(written);
                    if (target.WrittenCount > limit) return EnvelopeFault.PayloadTooLarge;
                    source = source[consumed..];
                    if (status == OperationStatus.InvalidData || (status == OperationStatus.Done && !source.IsEmpty)) return EnvelopeFault.BadCompression;
                    hint = 1;
                }
                while (status == OperationStatus.DestinationTooSmall);
            }

            return status == OperationStatus.Done ? EnvelopeFault.None : EnvelopeFault.BadCompression;
        }
        finally
        {
            decoder.Dispose();
        }
    }
}
