namespace DistributedCache.Local;

/// <summary>An entry that lives on while it is read.</summary>
/// <remarks>It ends 1.1 windows after it was last renewed, and a read renews it once a tenth of the window is used: so it lives at
/// least its window after the last read and at most 1.1. Only <see cref="LocalEntry.Deadline"/> moves, which is one atomic write:
/// the early window of a sliding entry is its window, so its end is always the deadline plus that.</remarks>
internal sealed class SlidingEntry(string key, object value, int weight, byte region, long created, long absoluteEnd)
    : LocalEntry(key, value, weight, region)
{
    /// <summary>Monotonic milliseconds.</summary>
    public long CreatedAt => created;

    /// <summary>When it ends if it is renewed now.</summary>
    public long EndIfRenewed(long now) => Math.Min(now + EarlyWindow + (EarlyWindow / 10), absoluteEnd);

    public void Renew(long now)
    {
        var end = EndIfRenewed(now);
        Volatile.Write(ref Deadline, end - EarlyWindow);
    }
}
