namespace DistributedCache.Coherence;

/// <summary>Invalidations that the remote tier has yet to number: until then what they concern is neither read from it nor sent to it,
/// and in this process only what was loaded since is valid.</summary>
/// <remarks>One for each partition, guarded by its lock. Numbers of the tier can't tell what was loaded since, so these have their own.</remarks>
internal sealed class Holds
{
    private readonly HashSet<string> _keys = [];
    private readonly Dictionary<Mark, long> _marks = [];

    public bool IsEmpty => _keys.Count == 0 && _marks.Count == 0;

    public void Hold(string index) => _keys.Add(index);

    public void Hold(Mark mark, long number) => _marks[mark] = number;

    public void Release(string index) => _keys.Remove(index);

    public void Release(Mark mark) => _marks.Remove(mark);

    public bool Has(string index) => _keys.Contains(index);

    /// <summary>Whether a mark is held since a moment after an entry's load began.</summary>
    /// <param name="mark">The mark.</param>
    /// <param name="seen">The last hold when the load began; 0 for an entry of the remote tier.</param>
    public bool Concern(Mark mark, long seen) => _marks.TryGetValue(mark, out var number) && number > seen;
}
