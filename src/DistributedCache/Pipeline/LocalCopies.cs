using DistributedCache.Coherence;
using DistributedCache.Expiry;
using DistributedCache.Local;

namespace DistributedCache.Pipeline;

/// <summary>What coherence does to L1, and the admission of what a read, a load or a write brought.</summary>
internal sealed class LocalCopies(LocalStore store, CacheClock clock) : ILocalDrops
{
    public void DropBelow(string index, long sequence) =>
        store.RemoveIf(index, static (entry, sequence) => entry.Sequence < sequence, sequence);

    public void ExpireBelow(string index, long sequence)
    {
        if (store.FindLocked(index) is not { } entry || entry.Sequence >= sequence) return;
        var now = clock.Now;
        if (now >= entry.FreshUntil) return;
        var created = CreatedAt(entry);
        var stale = new LocalEntry(entry.Key, entry.Value, entry.Weight, entry.Region)
        {
            Stamps = entry.Stamps,
            Sequence = entry.Sequence,
            Deadline = now,
            Lifetime = ToMilliseconds(now - created),
            // It stays a fallback for as long as it would have been one, unless it is nowhere else: such a value is not served late.
            StaleFor = entry.Stamps is { IsPrimary: true } ? 0 : ToMilliseconds(entry.FreshUntil - now + entry.StaleFor),
            LoadDuration = entry.LoadDuration,
            CounterId = entry.CounterId,
        };
        store.PutIf(stale, now, static (present, replaced) => present == replaced, entry);
    }

    /// <summary>Keeps an entry unless something applied meanwhile says otherwise.</summary>
    /// <remarks>The partition's lock covers the check and the store: an invalidation comes before both or drops what was stored.</remarks>
    public PutResult Keep(LocalEntry entry, PartitionState partition, PendingKey pending)
    {
        lock (partition.Lock)
        {
            if (!partition.Admits(pending, entry.Sequence)) return PutResult.NotAdmitted;
            return store.PutIf(entry, clock.Now, static (present, sequence) => present is null || present.Sequence <= sequence, entry.Sequence);
        }
    }

    /// <summary>The same value as one that stands in for a failed load until the next may be tried.</summary>
    /// <param name="entry">An entry whose lifetime is over.</param>
    /// <param name="retryAt">Monotonic milliseconds.</param>
    public static FallbackEntry StandIn(LocalEntry entry, long retryAt) => new(entry.Key, entry.Value, entry.Weight, entry.Region, retryAt)
    {
        Stamps = entry.Stamps,
        Sequence = entry.Sequence,
        Deadline = entry.FreshUntil,
        Lifetime = ToMilliseconds(entry.FreshUntil - CreatedAt(entry)),
        StaleFor = entry.StaleFor,
        LoadDuration = entry.LoadDuration,
        CounterId = entry.CounterId,
    };

    public static long CreatedAt(LocalEntry entry) => entry is SlidingEntry sliding ? sliding.CreatedAt : entry.Created;

    /// <summary>When the load began that brought the entry, where it was this process's own; else <see cref="long.MinValue"/>.</summary>
    public static long BeganAt(LocalEntry entry) => entry.Stamps is { IsOwn: true } ? CreatedAt(entry) - entry.LoadDuration : long.MinValue;

    public static uint ToMilliseconds(long duration) => (uint)Math.Clamp(duration, 0, uint.MaxValue);

    /// <summary>An entry for L1.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="value">The value, or a <see cref="StoredPayload"/>.</param>
    /// <param name="weight">Bytes.</param>
    /// <param name="region">The region its profile lives in.</param>
    /// <param name="times">When it was made and how long it holds.</param>
    /// <param name="beta">XFetch's β.</param>
    public static LocalEntry Make(string index, object value, int weight, byte region, in EntryTimes times, double beta)
    {
        if (times.Sliding > 0)
        {
            var sliding = new SlidingEntry(index, value, weight, region, times.Created, times.AbsoluteEnd)
            {
                EarlyWindow = ToMilliseconds(times.Sliding),
                LoadDuration = ToMilliseconds(times.LoadDuration),
            };
            sliding.Renew(times.Created);
            return sliding;
        }

        var lifetime = times.FreshUntil - times.Created;
        var early = EarlyRefresh.Window(times.LoadDuration, beta, lifetime);
        return new LocalEntry(index, value, weight, region)
        {
            Deadline = times.FreshUntil - early,
            EarlyWindow = ToMilliseconds(early),
            Lifetime = ToMilliseconds(lifetime),
            StaleFor = ToMilliseconds(times.StaleFor),
            LoadDuration = ToMilliseconds(times.LoadDuration),
        };
    }
}
