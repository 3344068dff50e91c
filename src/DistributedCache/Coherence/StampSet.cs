namespace DistributedCache.Coherence;

/// <summary>The stamps of an entry but for its key's own number: immutable, so that entries loaded alike share one.</summary>
/// <param name="tenant">The tenant, whose clear counts.</param>
/// <param name="partition">The key's partition.</param>
/// <param name="incarnation">Its incarnation before the load.</param>
/// <param name="generation">Its generation in this process before the load.</param>
/// <param name="isPrimary">Whether no mark, floor or incarnation judges the entry.</param>
/// <param name="marks">A stamp for each tag and prefix.</param>
/// <param name="isOwn">Whether the value was loaded or set in this process, and not read from the remote tier.</param>
/// <param name="validator">What identifies the value at its source; here because few entries have one, and those share nothing.</param>
/// <param name="hold">The last hold before the load; 0 for what was read from the remote tier.</param>
internal sealed class StampSet(
    string tenant, int partition, long incarnation, int generation, bool isPrimary, Stamp[] marks, string? validator = null, bool isOwn = false, long hold = 0)
    : IEquatable<StampSet>
{
    private FoundValid? _found;

    // An object, an array, and for each mark a stamp and its name.
    private int _weight = 104 + marks.Sum(static stamp => 48 + 22 + (2 * stamp.Mark.Name.Length));

    public string Tenant { get; } = tenant;

    public int Partition { get; } = partition;

    public long Incarnation { get; } = incarnation;

    public int Generation { get; } = generation;

    public bool IsPrimary { get; } = isPrimary;

    public bool IsOwn { get; } = isOwn;

    public long Hold { get; } = hold;

    public ReadOnlySpan<Stamp> Marks => marks;

    /// <summary>The names of the tags among the marks.</summary>
    public IEnumerable<string> Tags => marks.Where(static stamp => stamp.Mark.Kind == MarkKind.Tag).Select(static stamp => stamp.Mark.Name);

    public string? Validator => validator;

    /// <summary>What was found when these stamps were last judged for an entry of the remote tier.</summary>
    public FoundValid? Found
    {
        get => Volatile.Read(ref _found);
        set => Volatile.Write(ref _found, value);
    }

    /// <summary>The heap bytes of the set, for the first entry that has it; those it is shared with answer 0.</summary>
    public int TakeWeight() => Interlocked.Exchange(ref _weight, 0);

    public bool Equals(StampSet? other) => other is not null && Partition == other.Partition && Incarnation == other.Incarnation
        && Generation == other.Generation && IsPrimary == other.IsPrimary && IsOwn == other.IsOwn && Hold == other.Hold && Tenant == other.Tenant && Validator == other.Validator && Marks.SequenceEqual(other.Marks);

    public override bool Equals(object? obj) => Equals(obj as StampSet);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Partition);
        hash.Add(Incarnation);
        hash.Add(Validator);
        foreach (var stamp in Marks)
        {
            hash.Add(stamp.Mark.Name);
            hash.Add(stamp.Sequence);
        }

        return hash.ToHashCode();
    }
}
