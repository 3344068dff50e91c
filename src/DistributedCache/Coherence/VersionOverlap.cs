namespace DistributedCache.Coherence;

/// <summary>Notices versions that are still announced beside this node's own after an hour: a deployment that never ended, or processes
/// that don't agree on their version, and so share no entries.</summary>
/// <remarks>Looked at with each registration, every ten minutes. When a version was announced is the tier's word, by its clock: only
/// whether it has changed counts.</remarks>
/// <param name="found">Told of such a version, once.</param>
internal sealed class VersionOverlap(Action<string> found)
{
    private const long LongMs = 60 * 60 * 1_000;

    // Of two who announce themselves every ten minutes one may look twice before the other has come again.
    private const long GoneMs = 25 * 60 * 1_000;

    private readonly Dictionary<string, Other> _others = [];

    /// <summary>Looks at what the tier knows.</summary>
    /// <param name="own">The versions this node reads and writes.</param>
    /// <param name="announced">For each registered version when it was announced last.</param>
    /// <param name="now">Monotonic milliseconds.</param>
    public void Look(IReadOnlyCollection<string> own, IReadOnlyDictionary<string, long> announced, long now)
    {
        foreach (var (version, at) in announced)
        {
            if (own.Contains(version) || version == TieredCacheDefaults.Unversioned) continue;
            if (!_others.TryGetValue(version, out var other) || now - other.LastMs > GoneMs) _others[version] = other = new Other(at, now);
            if (other.At == at) continue;
            (other.At, other.LastMs) = (at, now);
            if (other.IsTold || now - other.FirstMs < LongMs) continue;
            other.IsTold = true;
            found(version);
        }
    }

    private sealed class Other(long at, long now)
    {
        public long FirstMs { get; } = now;

        public long LastMs { get; set; } = now;

        public long At { get; set; } = at;

        public bool IsTold { get; set; }
    }
}
