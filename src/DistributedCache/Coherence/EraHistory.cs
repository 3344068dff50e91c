namespace DistributedCache.Coherence;

/// <summary>The eras of an incarnation, oldest first, as the remote tier keeps them: the last 32. Immutable.</summary>
internal sealed class EraHistory(IReadOnlyList<Era> eras)
{
    private const int Maximum = 32;

    /// <summary>An incarnation that has seen one server only.</summary>
    public static EraHistory First { get; } = new([new Era(0, 0)]);

    /// <summary>The present era's base.</summary>
    public long Base => eras[^1].Base;

    /// <summary>The base of the oldest era that is remembered.</summary>
    public long Oldest => eras[0].Base;

    public EraHistory Add(Era era) => new([.. eras.Skip(eras.Count < Maximum ? 0 : 1), era]);

    /// <summary>Whether an era is the next after another.</summary>
    public bool Follows(long start, Era next)
    {
        for (var i = 1; i < eras.Count; i++)
        {
            if (eras[i - 1].Base == start) return eras[i] == next;
        }

        return false;
    }

    /// <summary>The last number of an era that has a successor; <paramref name="head"/> for the present one; null for one that is not
    /// among these.</summary>
    public long? EndOf(long start, long head)
    {
        for (var i = eras.Count - 1; i >= 0; i--)
        {
            if (eras[i].Base == start) return i == eras.Count - 1 ? head : eras[i + 1].From;
        }

        return null;
    }
}
