using DistributedCache.Local;
using DistributedCache.Profiles;

namespace DistributedCache.Pipeline;

/// <summary>Which region of L1 each profile's entries live in: its own where it has a budget, else the one all others share.</summary>
internal static class LocalRegions
{
    public static LocalStoreOptions Of(ProfileSet profiles, long sizeLimit, out byte[] regions)
    {
        regions = new byte[profiles.All.Max(static p => p.Index) + 1];
        var limits = new List<RegionLimit>();
        foreach (var profile in profiles.All)
        {
            if (profile.LocalBudget is not { } budget) continue;
            limits.Add(new RegionLimit(KindOf(profile.Eviction), budget));
            regions[profile.Index] = (byte)limits.Count;
        }

        return new LocalStoreOptions { Budget = sizeLimit, Regions = limits };
    }

    private static EvictionKind KindOf(LocalEviction eviction) => eviction switch
    {
        LocalEviction.Lru => EvictionKind.Lru,
        LocalEviction.Never => EvictionKind.Never,
        _ => EvictionKind.Adaptive,
    };
}
