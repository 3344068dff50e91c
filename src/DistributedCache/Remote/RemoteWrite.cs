using DistributedCache.Keys;

namespace DistributedCache.Remote;

/// <summary>An entry to store.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Envelope">Its bytes.</param>
/// <param name="TimeToLive">How long the tier keeps it.</param>
internal readonly record struct RemoteWrite(CacheKey Key, ReadOnlyMemory<byte> Envelope, TimeSpan TimeToLive);
