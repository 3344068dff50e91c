namespace DistributedCache.Expiry;

/// <summary>When an entry was made and how long it holds, in monotonic milliseconds of this process.</summary>
/// <param name="Created">When it was loaded or set.</param>
/// <param name="FreshUntil">The end of its fresh lifetime; of a sliding entry, its absolute end.</param>
/// <param name="StaleFor">Milliseconds after that in which it is a fallback.</param>
/// <param name="LoadDuration">Milliseconds its load took (XFetch's δ).</param>
/// <param name="Sliding">The sliding window in milliseconds; 0 for none.</param>
/// <param name="AbsoluteEnd">What sliding can't pass; <see cref="long.MaxValue"/> for none.</param>
internal readonly record struct EntryTimes(
    long Created, long FreshUntil, long StaleFor, long LoadDuration, long Sliding = 0, long AbsoluteEnd = long.MaxValue)
{
    /// <summary>The time the remote tier keeps it: until it is not even a fallback; a sliding one until it must have been renewed.</summary>
    public TimeSpan TimeToLive(long now) => TimeSpan.FromMilliseconds(Math.Max(1, Sliding > 0
        ? Math.Min(Sliding + (Sliding / 10), AbsoluteEnd - now)
        : FreshUntil + StaleFor - now));
}
