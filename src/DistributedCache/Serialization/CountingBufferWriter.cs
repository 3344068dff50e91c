using System.Buffers;

namespace DistributedCache.Serialization;

/// <summary>Counts the bytes written to it and keeps none: every write goes over the same scratch.</summary>
internal sealed class CountingBufferWriter : IBufferWriter<byte>, IDisposable
{
    private const int FirstRent = 4096;

    private byte[] _scratch = [];

    public long WrittenCount { get; private set; }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _scratch.Length);
        WrittenCount += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _scratch;
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _scratch;
    }

    public void Dispose()
    {
        var scratch = _scratch;
        _scratch = [];
        if (scratch.Length > 0) ArrayPool<byte>.Shared.Return(scratch);
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (sizeHint <= _scratch.Length && _scratch.Length > 0) return;
        Dispose();
        _scratch = ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, FirstRent));
    }
}
