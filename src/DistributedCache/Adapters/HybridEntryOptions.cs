using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Adapters;

/// <summary>HybridCache's options of a call as this cache's, made once for each instance.</summary>
/// <remarks>Nothing in them fails a call: what is longer than the longest lifetime is shortened to it, and what has no lifetime left is
/// not stored.</remarks>
internal static class HybridEntryOptions
{
    private const HybridCacheEntryFlags NoWrite = HybridCacheEntryFlags.DisableLocalCacheWrite | HybridCacheEntryFlags.DisableDistributedCacheWrite;

    private static readonly ConditionalWeakTable<HybridCacheEntryOptions, TieredCacheEntryOptions> Known = [];

    public static TieredCacheEntryOptions? Of(HybridCacheEntryOptions? options) =>
        options is null ? null : Known.GetValue(options, Convert);

    public static bool Allows(HybridCacheEntryOptions? options, HybridCacheEntryFlags disabling) => ((options?.Flags ?? 0) & disabling) == 0;

    private static TieredCacheEntryOptions Convert(HybridCacheEntryOptions options)
    {
        var ended = (options.Expiration <= TimeSpan.Zero ? NoWrite : 0)
            | (options.LocalCacheExpiration <= TimeSpan.Zero ? HybridCacheEntryFlags.DisableLocalCacheWrite : 0);
        return new TieredCacheEntryOptions
        {
            Duration = Lifetime(options.Expiration),
            LocalDuration = Lifetime(options.LocalCacheExpiration),
            Flags = ended == 0 ? options.Flags : (options.Flags ?? 0) | ended,
        };
    }

    private static TimeSpan? Lifetime(TimeSpan? asked) =>
        asked <= TimeSpan.Zero ? null : asked > TieredCacheOptions.MaximumLifetime ? TieredCacheOptions.MaximumLifetime : asked;
}
