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
    private readonly MarkTable _marks = new(maximumMarks);
    private readonly PendingKeys _pending = new();
    private readonly VersionFloors _versions = new();
    private long _verifiedAt = long.MinValue;

    // The highest number known of the present era: numbers of an era that are above where the next began were lost.
    private long _seenOfEra;

    // Up to where a catch-up must come.
    private long _missingTo;

    [SuppressMessage("Style", "IDE0032", Justification = "Locked on by name.")]
    public Lock Lock { get; } = new();

    public int Number => number;

    public long Incarnation { get; private set; }

    public long Base { get; private set; }

    /// <summary>Up to where every invalidation was applied, without a gap.</summary>
    public long Applied { get; private set; }

    /// <summary>The highest number known from whatever reply; within an incarnation nothing lowers it.</summary>
    public long Seen { get; private set; }

    /// <summary>The number since which the marks known here are complete.</summary>
    public long Baseline => _marks.Baseline;

    /// <summary>What is stamped below is not trusted: invalidations that this node may have known of were lost before it.</summary>
    public long Cut { get; private set; }

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

    /// <summary>Whether something was found missing that no catch-up has begun to look for yet.</summary>
    public bool IsMissing { get; private set; }

    /// <summary>Takes a head as the new beginning: what L1 holds of the partition is dropped, since nothing is known of what was missed.
    /// The first head after start is one of these.</summary>
    public void Drop(Head head)
    {
        if (head.Incarnation == Incarnation)
        {
            Seen = Math.Max(Seen, head.Sequence);
        }
        else
        {
            Seen = head.Sequence;
            Cut = 0;
            _versions.Clear();
        }

        (Incarnation, Base, Applied) = (head.Incarnation, head.Base, head.Sequence);
        _seenOfEra = head.Sequence;
        _versions.TryRaise(head);
        HasHead = true;
        Found();
        _marks.Clear(head.Sequence);
        Generation++;
        version.Rise();
    }

    /// <summary>Applies a message or log entry if it is the next one.</summary>
    public Progress Apply(Invalidation message)
    {
        if (IsOfThePast(message.Incarnation, message.Base)) return Progress.Old;
        if (message.Incarnation != Incarnation) return Missing(Progress.Foreign, long.MaxValue);
        if (message.Base != Base) return TryJump(message) ? Progress.Current : Missing(Progress.Foreign, message.Sequence);
        See(message.Base, message.Sequence);
        if (message.Sequence <= Applied) return Progress.Old;
        if (message.Sequence != Applied + 1) return Missing(Progress.Behind, message.Sequence);
        Carry(message);
        Applied = message.Sequence;
        return Progress.Current;
    }

    /// <summary>Carries out what this node itself wrote, when its acknowledgement comes and whether or not what lies before is known:
    /// its caller's next read must not find what it has just invalidated.</summary>
    public Progress ApplyOwn(Invalidation message)
    {
        if (message.Incarnation > Incarnation)
        {
            // The write itself is the news of another incarnation.
            Drop(new Head(message.Incarnation, message.Base, message.Sequence, 0));
            return Progress.Current;
        }

        // An incarnation that ended meanwhile counted from elsewhere: whatever is known now is older than the write.
        if (message.Incarnation < Incarnation)
        {
            Carry(message with { Sequence = message.Kind == InvalidationKind.Mark ? Seen : Seen + 1 });
            return Progress.Old;
        }

        if (message.Base == Base && message.Sequence > Applied + 1)
        {
            // What lies before it is on its way, as likely as not: an acknowledgement overtakes messages, and the heartbeat counts.
            See(message.Base, message.Sequence);
            Carry(message);
            return Progress.Behind;
        }

        var progress = Apply(message);
        if (progress == Progress.Foreign || message.Base < Base) Carry(message);
        return progress;
    }

    /// <summary>Notes a head that was read; <paramref name="sentAt"/> is when the read was sent.</summary>
    public Progress Verify(Head head, long sentAt)
    {
        if (IsOfThePast(head.Incarnation, head.Base)) return Progress.Old;
        if (head.Incarnation != Incarnation || head.Base != Base) return Missing(Progress.Foreign, head.Incarnation == Incarnation ? head.Sequence : long.MaxValue);
        See(head.Base, head.Sequence);
        if (_versions.TryRaise(head)) version.Rise();
        if (Applied < head.Sequence) return Missing(Progress.Behind, head.Sequence);
        if (sentAt > VerifiedAt) VerifiedAt = sentAt;
        return Progress.Current;
    }

    /// <summary>Notes a head that came with a reply to something else.</summary>
    public void See(Head head)
    {
        if (head.Incarnation == Incarnation) See(head.Base, head.Sequence);
    }

    /// <summary>Takes in what the remote tier answered about marks: by maximum, and as known only if nothing moved since it was asked.
    /// A tag or prefix that it does not have counts as its floor, under which they are forgotten; a clear never is.</summary>
    public void Learn(IReadOnlyCollection<Mark> asked, MarksReply reply, long baselineWhenAsked)
    {
        if (reply.Head.Incarnation != Incarnation) return;
        See(reply.Head);
        _marks.Learn(asked, reply, baselineWhenAsked);
        version.Rise();
    }

    /// <summary>Takes in what the remote tier answered to a registration: the first head, and all its marks where it sent them.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="known">What was known when it was asked for.</param>
    /// <param name="sentAt">When that was.</param>
    public void Register(MarksReply reply, Known known, long sentAt)
    {
        var head = reply.Head;
        if (!HasHead || head.Incarnation > Incarnation) Drop(head);

        // A server that forgot is dealt with by who compares heads.
        if (head.Incarnation != Incarnation || Forgets(head, known)) return;
        if (reply.IsComplete && _marks.TryComplete(reply)) version.Rise();
        Verify(head, sentAt);
    }

    /// <summary>Begins a catch-up: from where the log is to be read, and up to where it must reach to have left nothing out.</summary>
    public (long After, long Target) BeginCatchUp()
    {
        var target = Math.Max(_seenOfEra, _missingTo);
        Found();
        return (Applied, target);
    }

    /// <summary>Applies the log as it was read; false where it leaves out what this node missed, or shows that what this node knew was
    /// lost: the partition is then to begin anew with a head that is read now.</summary>
    public bool CatchUp(IReadOnlyList<Invalidation> log, long target)
    {
        foreach (var entry in log)
        {
            if (entry.Incarnation != Incarnation || Apply(entry) is Progress.Behind or Progress.Foreign)
            {
                Found();
                return false;
            }
        }

        return Applied >= target;
    }

    /// <summary>Begins anew with a head, read after what led here, where the log could not tell what was missed. An older incarnation
    /// is never adopted.</summary>
    /// <param name="head">The head.</param>
    /// <param name="known">What was known when the read was sent.</param>
    public void Adopt(Head head, Known known)
    {
        if (IsOfThePast(head.Incarnation, head.Base)) return;
        var isForgotten = Forgets(head, known);

        // What came late after all may have carried the partition past this head.
        if (head.Incarnation == Incarnation && head.Base == Base && Applied >= head.Sequence && !isForgotten) return;

        // Between two eras, or in a copy that was put back, invalidations may be lost that this node knew of or was to be told: what
        // is stamped below can't be judged any more.
        var cut = head.Incarnation != Incarnation ? 0 : isForgotten ? known.Seen + 1 : head.Base > Base ? head.Base : Cut;
        Drop(head);
        Cut = Math.Max(Cut, cut);
    }

    /// <summary>Whether a head is below what was known before it was read: its server forgot.</summary>
    public static bool Forgets(Head head, Known known) => head.Incarnation == known.Incarnation && head.Sequence < known.Seen;

    /// <summary>Whether the remote tier's entries of a version are reached by invalidations, as far as this node knows.</summary>
    public bool IsRegistered(string name) => HasHead && _versions.Contains(name);

    /// <summary>Whether invalidations have reached an entry of the remote tier since it was stamped.</summary>
    public bool Covers(string name, long sequence) => _versions.Covers(name, sequence);

    /// <summary>Drops a key here though no number was given for it: whatever is under way for it is not kept either.</summary>
    public void Forget(string index)
    {
        _pending.Apply(index, long.MaxValue);
        local.DropBelow(index, long.MaxValue);
    }

    /// <summary>Begins a read or write, which is told what is applied to its key from now on.</summary>
    public void Register(PendingKey pending)
    {
        pending.Generation = Generation;
        _pending.Add(pending);
    }

    /// <summary>Ends a read or write. What it still brings, as one whose caller has left may, is not kept: nothing tells it of invalidations any more.</summary>
    public void Unregister(PendingKey pending)
    {
        _pending.Remove(pending);
        pending.Apply(long.MaxValue);
    }

    /// <summary>Judges what an entry says of this partition: its key, if that lives here, and the marks stamped here.</summary>
    public Verdict JudgeKey(StampSet stamps, long sequence)
    {
        if (stamps.Generation != Generation) return Verdict.Invalid;
        if (stamps.IsPrimary) return Verdict.Valid;
        if (stamps.Incarnation != Incarnation) return Verdict.Invalid;
        return Worse(JudgeMark(Mark.Clear, sequence), stamps.Tenant.Length == 0 ? Verdict.Valid : JudgeMark(Mark.ClearOf(stamps.Tenant), sequence));
    }

    public Verdict Judge(in Stamp stamp) =>
        stamp.Incarnation != Incarnation ? Verdict.Invalid : JudgeMark(stamp.Mark, stamp.Sequence);

    public static Verdict Worse(Verdict a, Verdict b) =>
        a == Verdict.Invalid || b == Verdict.Invalid ? Verdict.Invalid : (Verdict)Math.Max((int)a, (int)b);

    private Verdict JudgeMark(Mark mark, long sequence) =>
        sequence < Cut ? Verdict.Invalid : _marks.Judge(mark, sequence);

    private void Carry(Invalidation message)
    {
        if (message.Kind == InvalidationKind.Mark)
        {
            _marks.Raise(message.Mark, message.Sequence);
            version.Rise();
            return;
        }

        foreach (var index in message.Indexes)
        {
            _pending.Apply(index, message.Sequence);
            if (message.Kind == InvalidationKind.Expire) local.ExpireBelow(index, message.Sequence);
            else local.DropBelow(index, message.Sequence);
        }

        version.Move();
    }

    /// <summary>Goes over to the next era, where nothing was missed before it and nothing lost with the last.</summary>
    private bool TryJump(Invalidation message)
    {
        if (message.Kind != InvalidationKind.Jump || message.From != Applied || message.From < _seenOfEra) return false;
        (Base, Applied) = (message.Base, message.Sequence);
        See(message.Base, message.Sequence);
        return true;
    }

    private void See(long start, long sequence)
    {
        if (start == Base) _seenOfEra = Math.Max(_seenOfEra, sequence);
        if (sequence <= Seen) return;
        Seen = sequence;
        version.Move();
    }

    private bool IsOfThePast(long incarnation, long start) => incarnation < Incarnation || (incarnation == Incarnation && start < Base);

    private Progress Missing(Progress progress, long to)
    {
        IsMissing = true;
        _missingTo = Math.Max(_missingTo, to);
        return progress;
    }

    private void Found() => (IsMissing, _missingTo) = (false, 0);
}
