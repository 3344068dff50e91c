using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Entries;
using DistributedCache.Local;
using DistributedCache.Serialization;

namespace DistributedCache.Pipeline;

/// <summary>Values in and out of the forms a tier holds: the instance itself, its bytes, or a marker for null.</summary>
internal sealed class CacheValues(
    PayloadSerializer serializer, WeightEstimator weights, FaultReports faults, int maximumPayload, Func<bool> isStrict)
{
    /// <summary>The value behind what L1 holds; false where that is another type's, or its bytes can't be read.</summary>
    /// <param name="stored">An instance or a <see cref="StoredPayload"/>.</param>
    /// <param name="isCopied">Whether the caller wants a copy though an instance is shared.</param>
    /// <param name="value">The value.</param>
    public bool TryOpen<T>(object stored, bool isCopied, [MaybeNull] out T value)
    {
        value = default;
        if (stored is StoredPayload payload)
        {
            // Asked for as it is: its bytes are the value.
            if (typeof(T) == typeof(StoredPayload))
            {
                value = (T)stored;
                return true;
            }

            if (payload.Bytes is not { } bytes) return default(T) is null;
            if (serializer.TryDeserialize(new ReadOnlySequence<byte>(bytes), out value, out var failure)) return true;
            Report(failure, "read");
            return false;
        }

        if (stored is not T shared) return false;
        value = shared;
        return !isCopied || ImmutableTypes.IsImmutable<T>() || TryCopy(shared, out value);
    }

    /// <summary>A copy of a value, by way of its bytes.</summary>
    public bool TryCopy<T>(T value, [MaybeNull] out T copy)
    {
        copy = default;
        if (value is null) return true;
        using var bytes = TrySerialize(value);
        if (bytes is null) return false;
        if (serializer.TryDeserialize(bytes.WrittenSequence, out copy, out var failure)) return true;
        Report(failure, "read");
        return false;
    }

    /// <summary>The value's bytes, which the caller disposes; null for null, and where it can't be serialized or is too large.</summary>
    public PooledBufferWriter? TrySerialize<T>(T value)
    {
        if (value is null) return null;
        var bytes = Scratch();
        try
        {
            if (TrySerialize(value, bytes)) return bytes;
        }
        catch
        {
            bytes.Dispose();
            throw;
        }

        bytes.Dispose();
        return null;
    }

    /// <summary>Appends the value's bytes; false where it can't be serialized or is too large.</summary>
    public bool TrySerialize<T>(T value, PooledBufferWriter bytes)
    {
        if (serializer.TrySerialize(value, bytes, out var failure)) return true;
        Report(failure, "written");
        return false;
    }

    /// <summary>A buffer that takes as much as a payload may have, which the caller disposes.</summary>
    public PooledBufferWriter Scratch() => new(maximumPayload);

    /// <summary>What L1 holds of a value that was loaded or set here, and its weight.</summary>
    /// <param name="call">The call.</param>
    /// <param name="value">The value.</param>
    /// <param name="bytes">Its bytes, where they were made.</param>
    /// <param name="stamps">What it is stamped with.</param>
    /// <param name="localSize">The factory's word on its weight.</param>
    public (object Stored, int Weight) Pack<T>(in EntryCall call, T value, PooledBufferWriter? bytes, StampSet stamps, long? localSize = null)
    {
        object stored = value is null ? StoredPayload.Null
            : call.Isolates && bytes is not null ? new StoredPayload(bytes.WrittenSpan.ToArray())
            : value;
        return (stored, Weigh(call, value, stored, bytes?.WrittenCount, stamps, localSize));
    }

    /// <summary>What L1 holds of an entry that came from the remote tier.</summary>
    /// <param name="call">The call.</param>
    /// <param name="remote">The entry.</param>
    /// <param name="isKept">Whether L1 keeps it, so that it has to be weighed.</param>
    /// <param name="stored">What L1 holds of it.</param>
    /// <param name="weight">Its weight, 1 where it is not kept.</param>
    public bool TryCopyIn<T>(in EntryCall call, in StoredValue remote, bool isKept, [NotNullWhen(true)] out object? stored, out int weight)
    {
        stored = null;
        weight = 1;
        if (remote.IsNull)
        {
            stored = StoredPayload.Null;
            if (isKept) weight = Weigh<object?>(call, null, stored, 0, remote.Stamps, null);
            return default(T) is null;
        }

        if (remote.Codec == Compression.None) return TryCopyIn<T>(call, remote, remote.Payload, isKept, out stored, out weight);
        using var plain = new PooledBufferWriter(int.MaxValue);
        var fault = remote.Codec == Compression.Brotli ? Compression.Decompress(remote.Payload, maximumPayload, plain) : EnvelopeFault.UnknownCodec;
        if (fault == EnvelopeFault.None) return TryCopyIn<T>(call, remote, plain.WrittenSequence, isKept, out stored, out weight);
        faults.Envelope(fault);
        return false;
    }

    private bool TryCopyIn<T>(
        in EntryCall call, in StoredValue remote, ReadOnlySequence<byte> bytes, bool isKept, [NotNullWhen(true)] out object? stored, out int weight)
    {
        stored = null;
        weight = 1;
        if (call.Isolates)
        {
            var payload = new StoredPayload(bytes.ToArray()) { IsReaders = !isKept };
            stored = payload;
            if (isKept) weight = Weigh<object?>(call, null, stored, payload.Bytes!.Length, remote.Stamps, null);
            return true;
        }

        if (!serializer.TryDeserialize<T>(bytes, out var value, out var failure) || value is null)
        {
            if (failure is not null) Report(failure, "read");
            return false;
        }

        stored = value;
        if (isKept) weight = Weigh(call, value, stored, (int)bytes.Length, remote.Stamps, null);
        return true;
    }

    private int Weigh<T>(in EntryCall call, T value, object stored, int? length, StampSet stamps, long? localSize)
    {
        if ((localSize ?? call.Policy.LocalSize) is { } own) return (int)Math.Clamp(own, 1, int.MaxValue);
        long weight = stored is StoredPayload { Bytes: var bytes }
            ? weights.Weigh(call.Key.Index, bytes)
            : weights.Weigh(call.Key.Index, value, length);
        return (int)Math.Min(weight + stamps.TakeWeight(), int.MaxValue);
    }

    private void Report(SerializationFailure failure, string step)
    {
        faults.Serialization(failure, step);
        if (isStrict() && failure.Reason != SerializationFailureReason.TooLarge)
            throw new InvalidOperationException($"A value of type {failure.Type} could not be {step}: {failure.Reason}. Register a serializer for it, or turn off {nameof(TieredCacheOptions.Strict)} to make it a miss.", failure.Exception);
    }
}
