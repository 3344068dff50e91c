namespace DistributedCache.Coherence;

/// <summary>Invalidations that the remote tier has yet to number: until then what they concern is neither read from it nor sent to it,
/// and in this process only what was loaded since is valid.</summary>
/// <remarks>One for each partition, guarded by its lock. A mark that is held again counts from the later time.</remarks>
internal sealed class Holds
{
    private readonly Dictionary<string, int> _keys = [];
    private readonly Dictionary<Mark, (int Count, long At)> _marks = [];

    public bool IsEmpty => _keys.Count == 0 && _marks.Count == 0;

    public void Hold(string index) => _keys[index] = _keys.GetValueOrDefault(index) + 1;

    public void Hold(Mark mark, long now) => _marks[mark] = (_marks.GetValueOrDefault(mark).Count + 1, now);

    public void Release(string index)
    {
        if (!_keys.TryGetValue(index, out var count)) return;
        if (count == 1) _keys.Remove(index);
        else _keys[index] = count - 1;
    }

    public void Release(Mark mark)
    {
        if (!_marks.TryGetValue(mark, out var held)) return;
        if (held.Count == 1) _marks.Remove(mark);
        else _marks[mark] = held with { Count = held.Count - 1 };
    }

    public bool Has(string index) => _keys.ContainsKey(index);

    /// <summary>Whether a mark is held and an entry's load began no later.</summary>
    /// <param name="mark">The mark.</param>
    /// <param name="began">When the load began in this process, by the monotonic clock; <see cref="long.MinValue"/> for an entry of the
    /// remote tier.</param>
    public bool Concern(Mark mark, long began) => _marks.TryGetValue(mark, out var held) && began <= held.At;
}
