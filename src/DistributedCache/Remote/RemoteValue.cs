using System.Buffers;

namespace DistributedCache.Remote;

/// <summary>An entry's bytes as the tier answered them, in memory that goes back to its pool.</summary>
internal readonly record struct RemoteValue(ReadOnlySequence<byte> Bytes, IDisposable? Owner) : IDisposable
{
    public void Dispose() => Owner?.Dispose();
}
