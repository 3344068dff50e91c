namespace DistributedCache.Local;

/// <summary>The store's bounds, in bytes of weight.</summary>
internal sealed class LocalStoreOptions
{
    /// <summary>A region is a byte in the entry, and region 0 is what the others leave.</summary>
    public const int MaxRegions = 255;

    /// <summary>Bytes of all regions together, at least 1.</summary>
    public required long Budget { get; init; }

    /// <summary>Regions 1, 2, …; region 0 is adaptive and has what these leave of <see cref="Budget"/>.</summary>
    public IReadOnlyList<RegionLimit> Regions { get; init; } = [];

    /// <exception cref="ArgumentException">A budget is below 1, or the regions leave nothing for region 0.</exception>
    internal Region[] CreateRegions()
    {
        if (Regions.Count > MaxRegions)
            throw new ArgumentException($"Regions has {Regions.Count} items; at most {MaxRegions} are supported.");

        var left = Budget;
        var regions = new Region[Regions.Count + 1];
        for (var i = 0; i < Regions.Count; i++)
        {
            var (kind, budget) = Regions[i];
            if (budget < 1)
                throw new ArgumentException($"Regions[{i}].Budget is {budget} bytes; it must be at least 1.");

            left -= Math.Min(budget, left);
            regions[i + 1] = kind switch
            {
                EvictionKind.Adaptive => new AdaptiveRegion(budget),
                EvictionKind.Lru => new LruRegion(budget),
                EvictionKind.Never => new NeverRegion(budget),
                _ => throw new ArgumentException($"Regions[{i}].Kind is {kind}; it must be Adaptive, Lru or Never."),
            };
        }

        if (left < 1)
            throw new ArgumentException($"Budget is {Budget} bytes; it must be more than the budgets of Regions together, {Regions.Sum(r => (decimal)r.Budget)} bytes.");

        regions[0] = new AdaptiveRegion(left);
        return regions;
    }
}

/// <param name="Kind">How the region makes room.</param>
/// <param name="Budget">Its bytes, at least 1, taken from the store's budget.</param>
internal readonly record struct RegionLimit(EvictionKind Kind, long Budget);
