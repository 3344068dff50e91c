namespace DistributedCache.Diagnostics;

/// <summary>What is counted for each profile of a cache, found without a lock by the profile's index.</summary>
internal sealed class ProfileCounters : IDisposable
{
    private readonly Lock _lock = new();
    private volatile CacheCounters?[] _counters = [];

    public IEnumerable<CacheCounters> All => _counters.OfType<CacheCounters>();

    /// <param name="index">The profile's, the same across reloads.</param>
    /// <param name="name">Its name.</param>
    public CacheCounters Of(int index, string name)
    {
        var counters = _counters;
        return index < counters.Length && counters[index] is { } known ? known : Add(index, name);
    }

    public void Dispose()
    {
        foreach (var counters in All) counters.Dispose();
    }

    private CacheCounters Add(int index, string name)
    {
        lock (_lock)
        {
            var counters = _counters;
            if (index < counters.Length && counters[index] is { } known) return known;
            var grown = new CacheCounters?[Math.Max(counters.Length, index + 1)];
            counters.CopyTo(grown, 0);
            var added = grown[index] = new CacheCounters(name);
            _counters = grown;
            return added;
        }
    }
}
