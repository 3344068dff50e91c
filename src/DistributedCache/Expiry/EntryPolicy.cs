using DistributedCache.Profiles;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Expiry;

/// <summary>What holds for one call: the key's profile, or another that the call names, and what the call says over it.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Duration">The fresh lifetime in any tier.</param>
/// <param name="LocalDuration">The fresh lifetime in L1, never more than the other.</param>
/// <param name="CapsLocal">Whether somebody set <paramref name="LocalDuration"/>: a sliding entry with a remote tier is in L1 only then.</param>
/// <param name="Sliding">The sliding window, more than zero; null: it does not slide.</param>
/// <param name="StaleFor">The time after the fresh lifetime in which the value is a fallback.</param>
/// <param name="LocalSize">The weight in bytes; null: the estimate.</param>
/// <param name="Flags">Tiers and steps to leave out.</param>
internal sealed record EntryPolicy(
    ResolvedProfile Profile,
    TimeSpan Duration,
    TimeSpan LocalDuration,
    bool CapsLocal,
    TimeSpan? Sliding,
    TimeSpan StaleFor,
    long? LocalSize,
    HybridCacheEntryFlags Flags)
{
    public long DurationMs => ResolvedProfile.Milliseconds(Duration);

    public long LocalDurationMs => ResolvedProfile.Milliseconds(LocalDuration);

    public long StaleForMs => ResolvedProfile.Milliseconds(StaleFor);

    /// <summary>What a profile says by itself.</summary>
    public static EntryPolicy Of(ResolvedProfile profile, TieredCacheProfile complete) => new(
        profile,
        complete.Duration!.Value,
        complete.LocalDuration ?? complete.Duration.Value,
        complete.LocalDuration is not null,
        complete.Sliding > TimeSpan.Zero ? complete.Sliding : null,
        complete.StaleFor!.Value,
        complete.LocalSize,
        complete.Flags!.Value);

    /// <param name="profiles">The cache's profiles.</param>
    /// <param name="keyProfile">The one the key's prefix selects.</param>
    /// <param name="key">The key, for the message of a fault.</param>
    /// <param name="options">What the call says; null: nothing.</param>
    /// <exception cref="ArgumentException">What the call says is not valid; the message has the option, its value, the limit and the key.</exception>
    public static EntryPolicy Resolve(ProfileSet profiles, ResolvedProfile keyProfile, ReadOnlySpan<char> key, TieredCacheEntryOptions? options) =>
        options is null ? keyProfile.Policy
        : options.Resolved is { } known && known.Profile == keyProfile ? known.Policy
        : Lay(profiles, keyProfile, key, options);

    private static EntryPolicy Lay(ProfileSet profiles, ResolvedProfile keyProfile, ReadOnlySpan<char> key, TieredCacheEntryOptions options)
    {
        var policy = EntryPolicyOverride.Apply(profiles, keyProfile, key, options);
        options.Resolved = new ResolvedOptions(keyProfile, policy);
        return policy;
    }
}
