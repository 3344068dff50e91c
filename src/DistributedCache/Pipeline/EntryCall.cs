using DistributedCache.Expiry;
using DistributedCache.Flights;
using DistributedCache.Keys;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Pipeline;

/// <summary>One call on one key, with all that was asked resolved.</summary>
/// <param name="Key">Where it lives.</param>
/// <param name="Policy">What holds for it.</param>
/// <param name="Tags">The caller's tags, checked.</param>
/// <param name="Isolates">Whether callers get copies.</param>
internal readonly record struct EntryCall(CacheKey Key, EntryPolicy Policy, string[] Tags, bool Isolates)
{
    public FlightKey FlightKeyFor<T>() => new(Key.Index, Key.Partition, typeof(T), Policy.Flags, Isolates);

    public bool ReadsLocal => !Policy.Flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheRead);

    public bool WritesLocal => !Policy.Flags.HasFlag(HybridCacheEntryFlags.DisableLocalCacheWrite);

    public bool ReadsRemote => !Policy.Flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheRead);

    public bool WritesRemote => !Policy.Flags.HasFlag(HybridCacheEntryFlags.DisableDistributedCacheWrite);

    public bool Loads => !Policy.Flags.HasFlag(HybridCacheEntryFlags.DisableUnderlyingData);
}
