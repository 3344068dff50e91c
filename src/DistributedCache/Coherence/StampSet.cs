namespace DistributedCache.Coherence;

/// <summary>What the stamps of an entry have beside those of its marks.</summary>
/// <param name="Tenant">The tenant, whose clear counts.</param>
/// <param name="Partition">The key's partition.</param>
/// <param name="Incarnation">Its incarnation before the load.</param>
/// <param name="Generation">Its generation in this process before the load.</param>
/// <param name="IsPrimary">Whether no mark, floor or incarnation judges the entry.</param>
/// <param name="Validator">What identifies the value at its source; here because few entries have one, and those share nothing.</param>
/// <param name="IsOwn">Whether the value was loaded or set in this process, and not read from the remote tier.</param>
/// <param name="Hold">The last hold before the load; 0 for what was read from the remote tier.</param>
internal readonly record struct StampOrigin(
    string Tenant, int Partition, long Incarnation, int Generation, bool IsPrimary = false, string? Validator = null, bool IsOwn = false, long Hold = 0);

/// <summary>The stamps of an entry but for its key's own number: immutable, so that entries loaded alike share one.</summary>
/// <param name="origin">What they have beside those of the marks.</param>
/// <param name="marks">A stamp for each tag and prefix.</param>
internal sealed class StampSet(StampOrigin origin, Stamp[] marks)
{
    private FoundValid? _found;

    // An object, an array, and for each mark a stamp and its name.
    private int _weight = 104 + marks.Sum(static stamp => 48 + 22 + (2 * stamp.Mark.Name.Length));

    public string Tenant => origin.Tenant;

    public int Partition => origin.Partition;

    public long Incarnation => origin.Incarnation;

    public int Generation => origin.Generation;

    public bool IsPrimary => origin.IsPrimary;

    public bool IsOwn => origin.IsOwn;

    public long Hold => origin.Hold;

    public string? Validator => origin.Validator;

    public ReadOnlySpan<Stamp> Marks => marks;

    /// <summary>The names of the tags among the marks.</summary>
    public IEnumerable<string> Tags => marks.Where(static stamp => stamp.Mark.Kind == MarkKind.Tag).Select(static stamp => stamp.Mark.Name);

    /// <summary>What was found when these stamps were last judged for an entry of the remote tier.</summary>
    public FoundValid? Found
    {
        get => Volatile.Read(ref _found);
        set => Volatile.Write(ref _found, value);
    }

    /// <summary>The heap bytes of the set, for the first entry that has it; those it is shared with answer 0.</summary>
    public int TakeWeight() => Interlocked.Exchange(ref _weight, 0);

    /// <summary>Whether these are its parts.</summary>
    public bool Has(in StampOrigin other, ReadOnlySpan<Stamp> stamps) => origin == other && Marks.SequenceEqual(stamps);

    /// <summary>The same for the same parts.</summary>
    public static int HashOf(in StampOrigin origin, ReadOnlySpan<Stamp> stamps)
    {
        var hash = new HashCode();
        hash.Add(origin.Partition);
        hash.Add(origin.Incarnation);
        hash.Add(origin.Validator);
        foreach (var stamp in stamps)
        {
            hash.Add(stamp.Mark.Name);
            hash.Add(stamp.Sequence);
        }

        return hash.ToHashCode();
    }
}
