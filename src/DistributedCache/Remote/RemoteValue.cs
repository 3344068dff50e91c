using System.Buffers;

namespace DistributedCache.Remote;

/// <summary>An entry's bytes as the tier answered them, in memory that goes back to its pool.</summary>
internal sealed class RemoteValue(ReadOnlySequence<byte> bytes, IDisposable? owner) : IDisposable
{
    public ReadOnlySequence<byte> Bytes => bytes;

    public void Dispose() => owner?.Dispose();
}
