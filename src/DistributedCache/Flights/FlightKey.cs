using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Flights;

/// <summary>What callers must agree on to share a load: the key, the type they want, and the tiers they leave out.</summary>
internal readonly record struct FlightKey(string Index, int Partition, Type Type, HybridCacheEntryFlags Flags, bool Isolates)
{
    // Two flights of one key that differ in the rest are rare.
    public override int GetHashCode() => Index.GetHashCode(StringComparison.Ordinal);
}
