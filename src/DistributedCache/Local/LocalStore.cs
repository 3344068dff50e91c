namespace DistributedCache.Local;

/// <summary>
/// L1's storage: an index, and regions that bound it in bytes. Hits take no lock and allocate nothing; all
/// writers share one lock and hold it for short. Time is the caller's monotonic milliseconds.
/// </summary>
/// <param name="options">The bounds.</param>
/// <param name="onRemoved">Told of each entry that left and why, outside the lock, on the thread whose call removed it.</param>
internal sealed class LocalStore(LocalStoreOptions options, Action<LocalEntry, RemovalReason>? onRemoved = null)
{
    // How much Sweep and Trim do before they let other writers in.
    private const int Slice = 256;

    private readonly Lock _lock = new();
    private readonly LocalIndex _index = new();
    private readonly Region[] _regions = options.CreateRegions();
    private int _sweepAt;
    private long _evictions;
    private long _expirations;
    private long _refusals;

    /// <summary>Weight of all entries.</summary>
    public long Bytes => _regions.Sum(static region => region.Bytes);

    public int Count => _regions.Sum(static region => region.Count);

    /// <summary>Entries that gave way to others or to <see cref="Trim"/>, since the start.</summary>
    public long Evictions => Volatile.Read(ref _evictions);

    /// <summary>Entries removed when they were not even a fallback any more, since the start.</summary>
    public long Expirations => Volatile.Read(ref _expirations);

    /// <summary>Entries that were not stored for want of room, since the start.</summary>
    public long Refusals => Volatile.Read(ref _refusals);

    public IReadOnlyList<Region> Regions => _regions;

    internal LocalIndex Index => _index;

    /// <summary>Lock-free; may miss an entry while the index grows, so the miss path asks <see cref="FindLocked"/>.</summary>
    public LocalEntry? Find(string key) => _index.Find(key);

    /// <inheritdoc cref="Find(string)"/>
    public LocalEntry? Find(ReadOnlySpan<char> key) => _index.Find(key);

    /// <summary>The authoritative answer.</summary>
    public LocalEntry? FindLocked(string key)
    {
        var hash = KeyHash.Compute(key);
        lock (_lock)
            return _index.FindLocked(key, hash);
    }

    /// <summary>An entry at random, rather one that was hit; null where none stands near where it is looked for.</summary>
    public LocalEntry? Sample(Random random)
    {
        LocalEntry? any = null;
        var seen = 0;
        lock (_lock)
        {
            var first = random.Next(_index.BucketCount);
            for (var i = 0; i < Math.Min(Slice, _index.BucketCount); i++)
            {
                // Each of a chain is as likely as the others: the first to be found would always stand before those behind it.
                LocalEntry? hit = null;
                var hits = 0;
                for (var entry = _index.FirstLocked((first + i) % _index.BucketCount); entry is not null; entry = entry.Next)
                {
                    if (entry.Frequency > 0 && random.Next(++hits) == 0) hit = entry;
                    if (random.Next(++seen) == 0) any = entry;
                }

                if (hit is not null) return hit;
            }
        }

        return any;
    }

    /// <summary>Notes a hit.</summary>
    public void Touch(LocalEntry entry)
    {
        if (entry.Region == 0)
            AdaptiveRegion.Note(entry);
        else
            _regions[entry.Region].Touch(entry);
    }

    /// <summary>Stores an entry in place of any other of its key.</summary>
    public PutResult Put(LocalEntry entry, long now) => PutIf(entry, now, static (_, _) => true, 0);

    /// <summary>
    /// Stores an entry if the one now under its key, or null, passes <paramref name="admit"/>, which runs under the lock.
    /// A refused entry outdates the present one all the same: that one is removed.
    /// </summary>
    /// <exception cref="ArgumentException">The entry was put before, or its region does not exist.</exception>
    public PutResult PutIf<TState>(LocalEntry entry, long now, Func<LocalEntry?, TState, bool> admit, TState state)
    {
        if (entry.Region >= _regions.Length)
            throw new ArgumentException($"Entry '{entry.Key}' is of region {entry.Region}; the last one is {_regions.Length - 1}.", nameof(entry));

        var log = new RemovalLog(onRemoved);
        PutResult result;
        lock (_lock)
        {
            if (entry.State != EntryState.New)
                throw new ArgumentException($"Entry '{entry.Key}' was put before; an entry can be put once.", nameof(entry));

            var present = _index.FindLocked(entry.Key, entry.Hash);
            result = admit(present, state) ? Place(entry, present, now, ref log) : PutResult.NotAdmitted;
        }

        log.Report();
        return result;
    }

    public bool Remove(string key) => RemoveIf(key, static (_, _) => true, 0);

    /// <summary>Removes this very entry, if it is still the one under its key.</summary>
    public bool Remove(LocalEntry entry) => RemoveIf(entry.Key, static (present, entry) => present == entry, entry);

    /// <summary>Removes the entry under the key if it passes <paramref name="condition"/>, which runs under the lock.</summary>
    public bool RemoveIf<TState>(string key, Func<LocalEntry, TState, bool> condition, TState state)
    {
        var hash = KeyHash.Compute(key);
        LocalEntry? present;
        lock (_lock)
        {
            present = _index.FindLocked(key, hash);
            if (present is null || !condition(present, state))
                return false;

            _regions[present.Region].Remove(present);
            _index.Remove(present);
        }

        onRemoved?.Invoke(present, RemovalReason.Removed);
        return true;
    }

    /// <summary>Empties the store. The lock is held for a moment, whatever the number of entries.</summary>
    public void Clear()
    {
        IEnumerable<LocalEntry> entries;
        lock (_lock)
        {
            entries = _index.Clear();
            foreach (var region in _regions)
                region.Clear();
        }

        foreach (var entry in entries)
        {
            entry.State = EntryState.Dead;
            onRemoved?.Invoke(entry, RemovalReason.Removed);
        }
    }

    /// <summary>
    /// Looks through up to <paramref name="maxBuckets"/> buckets of the index, from where the last call stopped,
    /// and removes what is gone for good. Answers how many that were.
    /// </summary>
    public int Sweep(long now, int maxBuckets)
    {
        var removed = 0;
        var log = new RemovalLog(onRemoved);
        for (var left = Math.Min(maxBuckets, _index.BucketCount); left > 0; left -= Slice)
        {
            lock (_lock)
            {
                for (var i = Math.Min(left, Slice); i > 0; i--)
                    removed += SweepBucket(now, ref log);
            }
        }

        log.Report();
        return removed;
    }

    /// <summary>Evicts that fraction (0 to 1) of the bytes of each region that evicts at all.</summary>
    public void Trim(double fraction, long now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(fraction);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fraction, 1);

        foreach (var region in _regions)
        {
            if (region.Kind == EvictionKind.Never)
                continue;

            // What writers add meanwhile is not ours to chase, so the amount is fixed at the start.
            for (var left = (long)Math.Ceiling(region.Bytes * fraction); left > 0;)
            {
                var log = new RemovalLog(onRemoved);
                lock (_lock)
                {
                    for (var i = 0; i < Slice && left > 0; i++)
                    {
                        if (Evict(region, now, ref log) is { } victim)
                            left -= victim.Weight;
                        else
                            left = 0;
                    }
                }

                log.Report();
            }
        }
    }

    private PutResult Place(LocalEntry entry, LocalEntry? present, long now, ref RemovalLog log)
    {
        // The present entry's bytes are free to its successor; it stays findable until that takes its place.
        if (present is not null)
        {
            _regions[present.Region].Remove(present);
            log.Add(present, RemovalReason.Replaced);
        }

        var region = _regions[entry.Region];
        var refusal = entry.Weight > region.Budget ? PutResult.RefusedTooLarge
            : MakeRoom(region, entry, now, ref log) ? PutResult.Stored
            : PutResult.RefusedFull;

        if (refusal != PutResult.Stored)
        {
            entry.State = EntryState.Dead;
            _refusals++;
            if (present is not null)
                _index.Remove(present);
            return refusal;
        }

        region.Add(entry, present?.Region == entry.Region ? present : null);
        if (present is null)
            _index.Add(entry);
        else
            _index.Replace(present, entry);
        return PutResult.Stored;
    }

    private bool MakeRoom(Region region, LocalEntry entry, long now, ref RemovalLog log)
    {
        while (!region.HasRoomFor(entry))
        {
            if (Evict(region, now, ref log) is null)
                return false;
        }

        return true;
    }

    private LocalEntry? Evict(Region region, long now, ref RemovalLog log)
    {
        if (region.RemoveVictim(now) is not { } victim)
            return null;

        _index.Remove(victim);
        if (victim.IsGone(now))
        {
            _expirations++;
            log.Add(victim, RemovalReason.Expired);
        }
        else
        {
            _evictions++;
            log.Add(victim, RemovalReason.Evicted);
        }

        return victim;
    }

    private int SweepBucket(long now, ref RemovalLog log)
    {
        var removed = 0;
        _sweepAt = (_sweepAt + 1) % _index.BucketCount;
        for (var entry = _index.FirstLocked(_sweepAt); entry is not null; entry = entry.Next)
        {
            if (!entry.IsGone(now))
                continue;

            _regions[entry.Region].Remove(entry);
            _index.Remove(entry);
            _expirations++;
            log.Add(entry, RemovalReason.Expired);
            removed++;
        }

        return removed;
    }
}
