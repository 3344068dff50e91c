namespace DistributedCache.Coherence;

/// <summary>What a node knows of one incarnation's numbers, and of the eras they were given out in: from these it tells whether another
/// server forgot any. Guarded by its partition's lock.</summary>
internal sealed class Lineage(ProtocolRules rules)
{
    private KnownNumbers _numbers = KnownNumbers.None;
    private EraHistory _eras = EraHistory.First;

    /// <summary>The highest number known from whatever reply; within an incarnation nothing lowers it.</summary>
    public long Seen { get; private set; }

    public KnownNumbers Numbers => _numbers;

    /// <summary>Begins anew, with another incarnation.</summary>
    public void Begin(Head head)
    {
        Forget();

        // A head that came without its eras: those of before are not known, so what is said of them counts as lost.
        _eras = head.Eras ?? new EraHistory([new Era(head.Base, head.Base)]);
    }

    /// <summary>Notes a number; answers whether it is the highest yet.</summary>
    public bool See(long start, long sequence)
    {
        _numbers = _numbers.Raise(start, sequence);
        if (sequence <= Seen) return false;
        Seen = sequence;
        return true;
    }

    /// <summary>Notes the eras of a head.</summary>
    public void Take(Head head)
    {
        if (head.Eras is not { } eras || eras == _eras || eras.Base < _eras.Base) return;
        _eras = eras;
        _numbers = _numbers.Settle(eras);
    }

    /// <summary>Takes a jump for the beginning of the next era; false where something known of the last one was lost with it, or where it is
    /// not the one that a head has told of.</summary>
    public bool TryJump(Invalidation jump, long start)
    {
        if ((rules & ProtocolRules.LostNumbers) != 0 && _numbers.Of(start) > jump.From) return false;
        if (_eras.Base != start) return _eras.Follows(start, new Era(jump.From, jump.Base));
        _eras = _eras.Add(new Era(jump.From, jump.Base));
        _numbers = _numbers.Settle(_eras);
        return true;
    }

    /// <summary>Whether a number of this incarnation was lost, as far as is known here.</summary>
    public bool IsLost(long start, long sequence) => start <= _eras.Base && !(_eras.EndOf(start, long.MaxValue) >= sequence);

    /// <summary>Whether a head, read when so much was known, shows that some of it was lost. Then the incarnation is over.</summary>
    /// <param name="head">The head.</param>
    /// <param name="known">What was known.</param>
    /// <param name="isTouched">Whether a new server has had occasion to begin its era before it answered: below what was known is then
    /// only an older copy that was put back.</param>
    public bool IsLostIn(Head head, Known known, bool isTouched)
    {
        if (head.Incarnation != known.Incarnation) return head.Incarnation < known.Incarnation && (rules & ProtocolRules.IncarnationsOnlyRise) != 0;
        return (rules & ProtocolRules.LostNumbers) != 0 && known.Numbers is { } numbers && head.Eras is { } eras
            && numbers.IsLostIn(eras, isTouched ? head.Sequence : long.MaxValue);
    }

    /// <summary>Only for showing what comes of it.</summary>
    public void Forget() => (Seen, _numbers) = (0, KnownNumbers.None);
}
