using System.Buffers;

namespace DistributedCache.Serialization;

/// <summary>
/// One contiguous buffer from the shared pool that refuses to hold more than <c>limit</c> bytes. It serves one
/// thread at a time, and whoever made it disposes it: the memory it handed out is invalid from then on.
/// </summary>
/// <param name="limit">The most bytes that may be written.</param>
internal sealed class PooledBufferWriter(int limit) : IBufferWriter<byte>, IDisposable
{
    private const int FirstRent = 256;

    private byte[] _buffer = [];
    private int _written;

    /// <summary>
    /// Whether a write went over the limit. It stays set until <see cref="Reset"/>, because a serializer may swallow
    /// the exception that told it so and leave a torso behind.
    /// </summary>
    public bool QuotaExceeded { get; private set; }

    public int WrittenCount => _written;

    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, _written);

    public ReadOnlySpan<byte> WrittenSpan => _buffer.AsSpan(0, _written);

    public ReadOnlySequence<byte> WrittenSequence => new(_buffer, 0, _written);

    /// <exception cref="InvalidOperationException">More than the limit was written.</exception>
    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _buffer.Length - _written);
        if (count > limit - _written) QuotaExceeded = true;
        if (QuotaExceeded) throw OverLimit();
        _written += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_written);
    }

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Reset()
    {
        _written = 0;
        QuotaExceeded = false;
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        Reset();
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Reserve(int sizeHint)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeHint);
        if (QuotaExceeded) throw OverLimit();
        // A hint is a guess from above (three bytes a character, say), so only Advance can tell that the limit is
        // passed; the doubling, however, never asks for more than the limit has use for.
        var needed = checked(_written + Math.Max(sizeHint, 1));
        if (needed <= _buffer.Length) return;
        var doubled = (int)Math.Min(Math.Max(2L * _buffer.Length, FirstRent), limit);
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, doubled));
        WrittenSpan.CopyTo(larger);
        var smaller = _buffer;
        _buffer = larger;
        if (smaller.Length > 0) ArrayPool<byte>.Shared.Return(smaller);
    }

    private InvalidOperationException OverLimit() =>
        new($"The value's serialized form is larger than the {limit} bytes that a payload may have.");
}
