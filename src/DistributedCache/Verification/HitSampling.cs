namespace DistributedCache.Verification;

/// <summary>How many hits to verify: a fraction of those that were counted, without anything done at a hit.</summary>
/// <param name="fraction">0 to 1.</param>
/// <param name="most">No more at a time, however many hits there were.</param>
internal sealed class HitSampling(double fraction, int most)
{
    private long _counted;
    private double _due;

    /// <summary>How many are due since the last call.</summary>
    /// <param name="hits">All hits ever; less than before where counters were given back.</param>
    public int Take(long hits)
    {
        _due = Math.Min(most, _due + (Math.Max(0, hits - _counted) * fraction));
        _counted = hits;
        var due = (int)_due;
        _due -= due;
        return due;
    }
}
