namespace DistributedCache.Coherence;

/// <summary>Invalidations that the remote tier has yet to number: until then what they concern is neither read from it nor sent to it,
/// and in this process only what was loaded since is valid.</summary>
/// <remarks>One for each partition, guarded by its lock. Numbers of the tier can't tell what was loaded since, so these have their own.</remarks>
internal sealed class Holds(CoherenceVersion version, ProtocolRules rules)
{
    private readonly HashSet<string> _keys = [];
    private readonly Dictionary<Mark, long> _marks = [];

    public void Hold(string index) => _keys.Add(index);

    /// <summary>Carries out a mark here that has no number yet: only what this process has begun to load since is valid under it.</summary>
    public void Hold(Mark mark)
    {
        _marks[mark] = version.Hold();
        version.Rise();
    }

    public void Release(string index) => _keys.Remove(index);

    public void Release(Mark mark) => _marks.Remove(mark);

    /// <summary>Whether an invalidation of a key waits for its number.</summary>
    public bool Has(string index) => _keys.Contains(index) && (rules & ProtocolRules.HeldKeys) != 0;

    /// <summary>Whether a mark waits for its number, and an entry's load began before it came.</summary>
    /// <param name="mark">The mark.</param>
    /// <param name="seen">The last hold when the load began; 0 for an entry of the remote tier.</param>
    public bool Concern(Mark mark, long seen) =>
        _marks.Count > 0 && _marks.TryGetValue(mark, out var number) && number > seen && (rules & ProtocolRules.HeldMarks) != 0;
}
