using System.Diagnostics.CodeAnalysis;

namespace DistributedCache.Coherence;

/// <summary>One partition as this node knows it. Pure: heads, messages and replies come in, L1 is told what to drop.</summary>
/// <remarks>
/// <para>Everything but the volatile reads is done under <see cref="Lock"/>, which also covers the store into L1 of what a read, a
/// load or a Set brought: an invalidation is applied either before the check or after the store, never between them.</para>
/// <para>Order within an application: L1 first, then <see cref="Applied"/>, then <see cref="VerifiedAt"/>; the process-wide version
/// rises last, so that who reads the new version sees the tables that made it.</para>
/// </remarks>
internal sealed class PartitionState(int number, int maximumMarks, ILocalDrops local, CoherenceVersion version)
{
    private readonly Dictionary<Mark, long> _marks = [];
    private readonly Dictionary<string, PendingKey> _pending = [];
    private long _verifiedAt = long.MinValue;

    [SuppressMessage("Style", "IDE0032", Justification = "Locked on by name.")]
    public Lock Lock { get; } = new();

    public int Number => number;

    public long Incarnation { get; private set; }

    public long Base { get; private set; }

    /// <summary>Up to where every invalidation was applied, without a gap.</summary>
    public long Applied { get; private set; }

    /// <summary>The highest number known from whatever reply; within an incarnation nothing lowers it.</summary>
    public long Seen { get; private set; }

    /// <summary>The number since which <see cref="_marks"/> is complete.</summary>
    public long Baseline { get; private set; }

    public long Floor { get; private set; }

    /// <summary>Goes up when the partition's L1 is dropped, in O(1).</summary>
    public int Generation { get; private set; }

    /// <summary>The send time, in monotonic milliseconds, of the last head read that found nothing missing; <see cref="long.MaxValue"/>
    /// where messages can't be lost.</summary>
    public long VerifiedAt
    {
        get => Volatile.Read(ref _verifiedAt);
        set => Volatile.Write(ref _verifiedAt, value);
    }

    /// <summary>Whether this node has read the partition's head yet.</summary>
    public bool HasHead { get; private set; }

    /// <summary>Takes a head as the new beginning: what L1 holds of the partition is dropped, since nothing is known of what was missed.
    /// The first head after start is one of these.</summary>
    public void Drop(Head head)
    {
        Seen = head.Incarnation == Incarnation ? Math.Max(Seen, head.Sequence) : head.Sequence;
        Floor = head.Incarnation == Incarnation ? Math.Max(Floor, head.Floor) : head.Floor;
        (Incarnation, Base, Applied, Baseline) = (head.Incarnation, head.Base, head.Sequence, head.Sequence);
        HasHead = true;
        _marks.Clear();
        Generation++;
        version.Rise();
    }

    /// <summary>Applies a message or log entry if it is the next one.</summary>
    public Progress Apply(Invalidation message)
    {
        if (message.Incarnation != Incarnation || message.Base != Base || message.Kind == InvalidationKind.Jump) return Progress.Foreign;
        See(message.Sequence);
        if (message.Sequence <= Applied) return Progress.Old;
        if (message.Sequence != Applied + 1) return Progress.Behind;
        Carry(message);
        Applied = message.Sequence;
        return Progress.Current;
    }

    /// <summary>Carries out what this node itself wrote, when its acknowledgement comes and whether or not what lies before is known:
    /// its caller's next read must not find what it has just invalidated.</summary>
    public Progress ApplyOwn(Invalidation message)
    {
        var progress = Apply(message);
        if (progress == Progress.Behind) Carry(message);
        return progress;
    }

    /// <summary>Notes a head that was read; <paramref name="sentAt"/> is when the read was sent.</summary>
    public Progress Verify(Head head, long sentAt)
    {
        if (head.Incarnation != Incarnation || head.Base != Base) return Progress.Foreign;
        See(head.Sequence);
        RaiseFloor(head.Floor);
        if (Applied < head.Sequence) return Progress.Behind;
        if (sentAt > VerifiedAt) VerifiedAt = sentAt;
        return Progress.Current;
    }

    public void See(long sequence)
    {
        if (sequence <= Seen) return;
        Seen = sequence;
        version.Move();
    }

    /// <summary>Takes in what the remote tier answered about marks: by maximum, and as known only if nothing moved since it was asked.</summary>
    public void Learn(MarksReply reply, long baselineWhenAsked)
    {
        if (reply.Head.Incarnation != Incarnation) return;
        See(reply.Head.Sequence);
        RaiseFloor(reply.Head.Floor);
        var known = baselineWhenAsked == Baseline;
        foreach (var (mark, sequence) in reply.Sequences)
        {
            if (_marks.TryGetValue(mark, out var present)) _marks[mark] = Math.Max(present, sequence);
            else if (known) _marks[mark] = sequence;
        }

        version.Rise();
    }

    /// <summary>Drops a key here though no number was given for it: whatever is under way for it is not kept either.</summary>
    public void Forget(string index)
    {
        for (var pending = _pending.GetValueOrDefault(index); pending is not null; pending = pending.Next) pending.Apply(long.MaxValue);
        local.DropBelow(index, long.MaxValue);
    }

    public PendingKey Register(string index)
    {
        var pending = new PendingKey(index, Generation) { Next = _pending.GetValueOrDefault(index) };
        _pending[index] = pending;
        return pending;
    }

    public void Unregister(PendingKey pending)
    {
        var first = _pending.GetValueOrDefault(pending.Index);
        if (first == pending)
        {
            if (pending.Next is null) _pending.Remove(pending.Index);
            else _pending[pending.Index] = pending.Next;
            return;
        }

        for (var before = first; before is not null; before = before.Next)
        {
            if (before.Next != pending) continue;
            before.Next = pending.Next;
            return;
        }
    }

    /// <summary>Judges what an entry says of this partition: its key, if that lives here, and the marks stamped here.</summary>
    public Verdict JudgeKey(StampSet stamps, long sequence)
    {
        if (stamps.Generation != Generation) return Verdict.Invalid;
        if (stamps.IsPrimary) return Verdict.Valid;
        if (stamps.Incarnation != Incarnation || sequence < Floor) return Verdict.Invalid;
        return Worse(JudgeMark(Mark.Clear, sequence), stamps.Tenant.Length == 0 ? Verdict.Valid : JudgeMark(Mark.ClearOf(stamps.Tenant), sequence));
    }

    public Verdict Judge(in Stamp stamp) =>
        stamp.Incarnation != Incarnation ? Verdict.Invalid : JudgeMark(stamp.Mark, stamp.Sequence);

    public static Verdict Worse(Verdict a, Verdict b) =>
        a == Verdict.Invalid || b == Verdict.Invalid ? Verdict.Invalid : (Verdict)Math.Max((int)a, (int)b);

    private Verdict JudgeMark(Mark mark, long sequence) =>
        _marks.TryGetValue(mark, out var invalidated) ? invalidated <= sequence ? Verdict.Valid : Verdict.Invalid
        : sequence < Baseline ? Verdict.Unknown : Verdict.Valid;

    private void Carry(Invalidation message)
    {
        if (message.Kind == InvalidationKind.Mark)
        {
            _marks[message.Mark] = Math.Max(message.Sequence, _marks.GetValueOrDefault(message.Mark));
            if (_marks.Count > maximumMarks) Prune();
            version.Rise();
            return;
        }

        foreach (var index in message.Indexes)
        {
            for (var pending = _pending.GetValueOrDefault(index); pending is not null; pending = pending.Next) pending.Apply(message.Sequence);
            if (message.Kind == InvalidationKind.Expire) local.ExpireBelow(index, message.Sequence);
            else local.DropBelow(index, message.Sequence);
        }

        version.Move();
    }

    /// <summary>Forgets the older half of the marks. What is stamped below the cut must be asked for from now on: baseline rises with it.</summary>
    private void Prune()
    {
        var sequences = _marks.Values.ToArray();
        Array.Sort(sequences);
        var cut = sequences[sequences.Length / 2];
        foreach (var (mark, sequence) in _marks)
        {
            if (sequence <= cut) _marks.Remove(mark);
        }

        Baseline = Math.Max(Baseline, cut);
    }

    private void RaiseFloor(long floor)
    {
        if (floor <= Floor) return;
        Floor = floor;
        version.Rise();
    }
}
