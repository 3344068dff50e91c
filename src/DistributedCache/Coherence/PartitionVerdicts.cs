namespace DistributedCache.Coherence;

/// <summary>What is known in a partition of entries whose keys or marks live there. Guarded by the partition's lock.</summary>
internal sealed class PartitionVerdicts(PartitionState partition, MarkTable marks, ProtocolRules rules)
{
    /// <summary>Judges what an entry says of this partition: its key, if that lives here, and the marks stamped here.</summary>
    /// <param name="stamps">Its stamps.</param>
    /// <param name="sequence">Its key's stamp.</param>
    public Verdict OfKey(StampSet stamps, long sequence)
    {
        if (stamps.Generation != partition.Generation && Keeps(ProtocolRules.KeptInItsGeneration)) return Verdict.Invalid;
        if (stamps.IsPrimary) return Verdict.Valid;
        if (stamps.Incarnation != partition.Incarnation || partition.Held.Concern(Mark.Clear, stamps.Hold) || partition.Held.Concern(Mark.ClearOf(stamps.Tenant), stamps.Hold)) return Verdict.Invalid;
        return Worse(marks.Judge(Mark.Clear, sequence), stamps.Tenant.Length == 0 ? Verdict.Valid : marks.Judge(Mark.ClearOf(stamps.Tenant), sequence));
    }

    /// <summary>Judges what an entry says of one mark that lives here.</summary>
    /// <param name="stamp">Its stamp of the mark.</param>
    /// <param name="hold">The last hold when its load began; 0 for an entry of the remote tier.</param>
    public Verdict Of(in Stamp stamp, long hold = 0) =>
        partition.Held.Concern(stamp.Mark, hold) || (stamp.Incarnation != partition.Incarnation && Keeps(ProtocolRules.MarksOfTheIncarnation))
            ? Verdict.Invalid
            : marks.Judge(stamp.Mark, stamp.Sequence);

    public static Verdict Worse(Verdict a, Verdict b) =>
        a == Verdict.Invalid || b == Verdict.Invalid ? Verdict.Invalid : (Verdict)Math.Max((int)a, (int)b);

    private bool Keeps(ProtocolRules rule) => (rules & rule) != 0;
}
