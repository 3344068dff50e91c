namespace DistributedCache.Local;

/// <summary>What L1 holds where it is not the value itself: its serialized bytes, so that each caller gets a copy, or a cached null.</summary>
/// <remarks>Sealed, and the only such class, so that a hit tells it from a value by one comparison.</remarks>
internal sealed class StoredPayload(byte[]? bytes)
{
    /// <summary>A cached null.</summary>
    public static readonly StoredPayload Null = new(null);

    /// <summary>Null where the value is.</summary>
    public byte[]? Bytes => bytes;

    /// <summary>Whether L1 does not keep it, so that its one reader may have the array itself.</summary>
    public bool IsReaders { get; init; }
}
