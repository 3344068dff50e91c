namespace DistributedCache.Expiry;

/// <summary>XFetch: a hit shortly before the end refreshes with a probability that grows with the cost of the load.</summary>
/// <remarks>Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache Stampede Prevention, VLDB 2015. A hit at <c>now</c> refreshes
/// when <c>now − δ·β·ln(rand) ≥ fresh-until</c>.</remarks>
internal static class EarlyRefresh
{
    // Beyond this many δβ before the end a draw succeeds once in ten million: such hits need not draw at all.
    private const double Reach = 16;

    /// <summary>How long before its end an entry's hits begin to draw, in milliseconds.</summary>
    public static long Window(long loadDuration, double beta, long lifetime) =>
        beta <= 0 ? 0 : (long)Math.Min(Reach * Math.Max(1, loadDuration) * beta, lifetime);

    /// <summary>Whether this hit refreshes.</summary>
    /// <param name="remaining">Milliseconds until the end of the fresh lifetime.</param>
    /// <param name="loadDuration">δ in milliseconds.</param>
    /// <param name="beta">β; 1 is the paper's optimum, more refreshes earlier.</param>
    /// <param name="random">A number in (0, 1].</param>
    public static bool IsDue(long remaining, long loadDuration, double beta, double random) =>
        beta > 0 && -Math.Max(1, loadDuration) * beta * Math.Log(random) >= remaining;
}
