using DistributedCache.Coherence;
using DistributedCache.Profiles;

namespace DistributedCache.Pipeline;

/// <summary>Whether a profile lets an entry be served that nothing known here invalidated, but that could not be verified in time.</summary>
internal static class Unverified
{
    public static bool MayServe(CoherenceState coherence, ResolvedProfile profile, StampSet stamps, long began, long now)
    {
        if (profile.WhenUnverified != UnverifiedBehavior.ServeStale) return false;
        var through = coherence.VerifiedThrough(stamps, began);
        return through != long.MinValue && now - through <= profile.UnverifiedForMs;
    }
}
