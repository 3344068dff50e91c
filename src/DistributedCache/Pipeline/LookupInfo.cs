using System.Runtime.InteropServices;
using DistributedCache.Local;

namespace DistributedCache.Pipeline;

/// <summary>Where an answer came from and how old it is, in monotonic milliseconds.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LookupInfo(CacheTier Tier, long Created, long FreshUntil, bool IsUnverified = false)
{
    public static LookupInfo Of(LocalEntry entry, CacheTier tier, bool isUnverified = false) =>
        new(tier, LocalCopies.CreatedAt(entry), entry.FreshUntil, isUnverified);

    public CacheLookup<T> Lookup<T>(T value, long now) => new(
        value,
        Tier,
        TimeSpan.FromMilliseconds(Math.Max(0, now - Created)),
        FreshUntil == long.MaxValue ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(Left(now)),
        IsUnverified);

    /// <summary>At the very end of its lifetime an entry is stale already, and says so. What comes from its source never is.</summary>
    private long Left(long now) => Tier != CacheTier.Source && FreshUntil == now ? -1 : FreshUntil - now;
}
