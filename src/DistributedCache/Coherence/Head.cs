namespace DistributedCache.Coherence;

/// <summary>A partition as the remote tier has it now.</summary>
/// <param name="Incarnation">The life of the partition's state: older cached entries are invalid.</param>
/// <param name="Base">Where the era began from which <paramref name="Sequence"/> is counted.</param>
/// <param name="Sequence">The number of the last invalidation.</param>
/// <param name="Floor">Absent tags and prefixes count as this.</param>
/// <param name="VersionFloors">For each registered version the number from which on invalidations reach its entries: an entry of the
/// remote tier whose key is stamped below it, or whose version is absent, is invalid. Null where the tier needs no registration.</param>
internal readonly record struct Head(
    long Incarnation, long Base, long Sequence, long Floor, IReadOnlyDictionary<string, long>? VersionFloors = null)
{
    private readonly EraHistory? _eras;

    /// <summary>The lowest version of its source that a load may read which knows of this number.</summary>
    public long Source { get; init; }

    /// <summary>The incarnation's eras. They are the same for one base, so a head that came with the answer to something else may be
    /// without: null then.</summary>
    public EraHistory? Eras
    {
        get => _eras ?? (Base == 0 ? EraHistory.First : null);
        init => _eras = value;
    }
}
