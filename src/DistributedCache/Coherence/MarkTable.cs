namespace DistributedCache.Coherence;

/// <summary>The marks of a partition that are known here, and since which number they are all of them.</summary>
internal sealed class MarkTable(int maximum, ProtocolRules rules = ProtocolRules.All)
{
    private readonly Dictionary<Mark, long> _marks = [];

    /// <summary>A mark that is not known here was not set after this number.</summary>
    public long Baseline { get; private set; }

    public void Clear(long baseline)
    {
        _marks.Clear();
        Baseline = baseline;
    }

    public void Raise(Mark mark, long sequence)
    {
        if (_marks.TryGetValue(mark, out var present)) _marks[mark] = Math.Max(sequence, present);

        // Below the baseline it may be forgotten that it was set again since: an acknowledgement overtakes messages.
        else if (sequence >= Baseline) _marks[mark] = sequence;
        if (_marks.Count > maximum) Prune();
    }

    /// <summary>Takes in an answer, by maximum, and as known only if nothing moved since it was asked for.</summary>
    public void Learn(IReadOnlyCollection<Mark> asked, MarksReply reply, long baselineWhenAsked)
    {
        var isKnown = baselineWhenAsked == Baseline || (rules & ProtocolRules.MarksKnownAtBaseline) == 0;
        foreach (var (mark, sequence) in reply.Sequences)
        {
            if (_marks.TryGetValue(mark, out var present) && (rules & ProtocolRules.MarksByMaximum) != 0) _marks[mark] = Math.Max(present, sequence);
            else if (isKnown) _marks[mark] = sequence;
        }

        if (!isKnown) return;
        foreach (var mark in asked) _marks.TryAdd(mark, mark.IsClear ? 0 : reply.Head.Floor);
    }

    /// <summary>Takes in every mark from the remote floor up to a head, which makes the table complete since that floor, if no gap is
    /// left between the head and what is known here.</summary>
    public bool TryComplete(MarksReply all)
    {
        if (all.Head.Sequence < Baseline) return false;
        foreach (var (mark, sequence) in all.Sequences) _marks[mark] = Math.Max(sequence, _marks.GetValueOrDefault(mark));
        _marks.TryAdd(Mark.Clear, 0);
        Baseline = Math.Min(Baseline, all.Head.Floor);
        if (_marks.Count > maximum) Prune();
        return true;
    }

    public Verdict Judge(Mark mark, long sequence) =>
        _marks.TryGetValue(mark, out var invalidated) ? invalidated <= sequence ? Verdict.Valid : Verdict.Invalid
        : sequence < Baseline && (rules & ProtocolRules.MarksSinceBaseline) != 0 ? Verdict.Unknown : Verdict.Valid;

    /// <summary>Forgets the older half of the marks. What is stamped below the cut must be asked for from now on: baseline rises with it.</summary>
    private void Prune()
    {
        var sequences = _marks.Values.ToArray();
        Array.Sort(sequences);
        var cut = sequences[sequences.Length / 2];
        foreach (var (mark, sequence) in _marks)
        {
            if (sequence <= cut && !mark.IsClear) _marks.Remove(mark);
        }

        if ((rules & ProtocolRules.PruningRaisesBaseline) != 0) Baseline = Math.Max(Baseline, cut);
    }
}
