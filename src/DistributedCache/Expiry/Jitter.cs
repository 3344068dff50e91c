namespace DistributedCache.Expiry;

/// <summary>Shortens a lifetime by a random fraction, so that what was loaded together does not end together.</summary>
internal static class Jitter
{
    /// <param name="lifetime">Milliseconds.</param>
    /// <param name="fraction">The most that is taken off, 0 to 1.</param>
    /// <param name="random">A number in [0, 1).</param>
    public static long Apply(long lifetime, double fraction, double random) =>
        fraction <= 0 ? lifetime : Math.Max(1, (long)(lifetime * (1 - (fraction * random))));
}
