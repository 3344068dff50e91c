using System.Buffers;
using System.Numerics;
using DistributedCache.Serialization;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Local;

/// <summary>
/// Heap bytes per serialized byte of one type, learnt from what its serializer allocates while it reads samples back.
/// One factor per size class, because fixed costs vanish in large values. Too high where reading leaves much garbage
/// (a list of numbers that doubles as it grows: about two), never too low.
/// </summary>
internal sealed class WeightFactor<T>(IHybridCacheSerializer<T> serializer, Action<Exception> onFailure)
{
    /// <summary>What a plain object of strings and numbers has as JSON; taken until the type itself was sampled.</summary>
    public const double Default = 2.3;

    private const int LargestSample = 256 * 1024;

    private readonly long[] _seen = new long[10];
    private readonly double[] _factors = new double[10];

    /// <param name="value">What is weighed, and now and then the sample.</param>
    /// <param name="serializedLength">Its bytes when serialized.</param>
    public double Weigh(T value, long serializedLength)
    {
        if (serializedLength == 0) return WeightOfObject.Header + WeightOfObject.Reference;
        // Classes of a factor of four from 4 bytes on; what is too large to sample has the last class's factor.
        var sizeClass = BitOperations.Log2((ulong)Math.Min(serializedLength, LargestSample - 1)) / 2;
        // The 1st, 2nd, 4th, 8th … of its class.
        var seen = Interlocked.Increment(ref _seen[sizeClass]);
        if (serializedLength < LargestSample && BitOperations.IsPow2(seen)) Sample(value, sizeClass);
        var factor = Volatile.Read(ref _factors[sizeClass]);
        if (factor == 0) factor = Nearest(sizeClass);
        return factor * serializedLength;
    }

    private void Sample(T value, int sizeClass)
    {
        try
        {
            using var buffer = new PooledBufferWriter(LargestSample);
            serializer.Serialize(value, buffer);
            if (buffer.WrittenCount == 0) return;
            // The first reading also pays for what the serializer makes once; the lower of two more, for what it
            // makes now and then.
            Allocated(buffer.WrittenSequence);
            var bytes = Math.Min(Allocated(buffer.WrittenSequence), Allocated(buffer.WrittenSequence));
            var measured = (double)bytes / buffer.WrittenCount;
            // Half of it is the newest sample's: samples are ever rarer, and each stands for as many values as all before.
            var known = Volatile.Read(ref _factors[sizeClass]);
            Volatile.Write(ref _factors[sizeClass], known == 0 ? measured : (known + measured) / 2);
        }
        catch (Exception exception)
        {
            onFailure(exception);
        }
    }

    private long Allocated(ReadOnlySequence<byte> payload)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var copy = serializer.Deserialize(payload);
        var after = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(copy);
        return after - before;
    }

    private double Nearest(int sizeClass)
    {
        for (var smaller = sizeClass - 1; smaller >= 0; smaller--)
        {
            var factor = Volatile.Read(ref _factors[smaller]);
            if (factor != 0) return factor;
        }
        return Default;
    }
}
