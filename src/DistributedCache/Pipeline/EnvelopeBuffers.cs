using DistributedCache.Serialization;

namespace DistributedCache.Pipeline;

/// <summary>Where the envelopes of one batch stand side by side: many small ones share a buffer, which a large one has to itself.</summary>
internal sealed class EnvelopeBuffers : IDisposable
{
    // Below it another envelope is appended.
    private const int Full = 64 * 1024;

    private readonly List<PooledBufferWriter> _buffers = [];

    /// <summary>The buffer the next envelope is written to. It may move while it is written to: memory is taken from it afterwards.</summary>
    public PooledBufferWriter Next()
    {
        if (_buffers.Count == 0 || _buffers[^1].WrittenCount >= Full) _buffers.Add(new PooledBufferWriter(int.MaxValue));
        return _buffers[^1];
    }

    public void Dispose()
    {
        foreach (var buffer in _buffers) buffer.Dispose();
        _buffers.Clear();
    }
}
