using DistributedCache.Expiry;
using DistributedCache.Profiles;

namespace DistributedCache.Pipeline;

/// <summary>How long values hold, by their policy and by what their factory said.</summary>
internal static class Lifetimes
{
    /// <summary>When a value loaded or set now ends; null where it is not to be stored.</summary>
    public static EntryTimes? Of(EntryPolicy policy, LoadContext? context, bool isNull, long now, long loadDuration)
    {
        var duration = context?.Duration is { } own ? ResolvedProfile.Milliseconds(Shorter(own, TieredCacheOptions.MaximumLifetime)) : policy.DurationMs;
        if (isNull) duration = Math.Min(duration, policy.Profile.NullDurationMs);
        if (duration <= 0) return null;
        var stale = context?.StaleFor is { } staleFor ? ResolvedProfile.Milliseconds(Shorter(staleFor, TieredCacheOptions.MaximumLifetime)) : policy.StaleForMs;
        if (policy.Sliding is { } window)
        {
            var sliding = ResolvedProfile.Milliseconds(window);
            return new EntryTimes(now, now + duration, 0, loadDuration, sliding, now + duration);
        }

        return new EntryTimes(now, now + Jitter.Apply(duration, policy.Profile.Jitter, Random.Shared.NextDouble()), Math.Max(0, stale), loadDuration);
    }

    /// <summary>The same times, capped by how long L1 may hold what it takes now: a value made here, or one L2 has had for a while.</summary>
    public static EntryTimes InLocal(EntryPolicy policy, in EntryTimes times, long now) => policy.CapsLocal && times.Sliding == 0
        ? times with { FreshUntil = Math.Min(times.FreshUntil, now + policy.LocalDurationMs) }
        : times;

    private static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
