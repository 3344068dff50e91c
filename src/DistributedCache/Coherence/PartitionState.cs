using System.Diagnostics.CodeAnalysis;

namespace DistributedCache.Coherence;

/// <summary>One partition as this node knows it. Pure: heads, messages and replies come in, L1 is told what to drop.</summary>
/// <remarks>
/// <para>Everything but the volatile reads is done under <see cref="Lock"/>, which also covers the store into L1 of what a read, a
/// load or a Set brought: an invalidation is applied either before the check or after the store, never between them.</para>
/// <para>Order within an application: L1 first, then <see cref="Applied"/>, then <see cref="VerifiedAt"/>; the process-wide version
/// rises last, so that who reads the new version sees the tables that made it.</para>
/// </remarks>
internal sealed class PartitionState
{
    private readonly CoherenceVersion _version;
    private readonly ProtocolRules _rules;
    private readonly MarkTable _marks;
    private readonly PendingKeys _pending;
    private readonly VersionFloors _versions = new();
    private readonly Lineage _lineage;
    private long _verifiedAt = long.MinValue;

    public PartitionState(int number, int maximumMarks, ILocalDrops local, CoherenceVersion version, ProtocolRules rules)
    {
        (Number, _version, _rules) = (number, version, rules);
        _pending = new PendingKeys(local);
        _marks = new MarkTable(maximumMarks, rules);
        _lineage = new Lineage(rules);
        Held = new Holds(version, rules);
        Missed = new MissedNumbers(this, _lineage);
        Verdicts = new PartitionVerdicts(this, _marks, rules);
    }

    [SuppressMessage("Style", "IDE0032", Justification = "Locked on by name.")]
    public Lock Lock { get; } = new();

    public int Number { get; }

    public long Incarnation { get; private set; }

    public long Base { get; private set; }

    /// <summary>Up to where every invalidation was applied, without a gap.</summary>
    public long Applied { get; private set; }

    /// <summary>The highest number known from whatever reply; within an incarnation nothing lowers it.</summary>
    public long Seen => _lineage.Seen;

    /// <summary>Invalidations that wait for their numbers.</summary>
    public Holds Held { get; }

    /// <summary>What was found missing.</summary>
    public MissedNumbers Missed { get; }

    /// <summary>What is known of entries.</summary>
    public PartitionVerdicts Verdicts { get; }

    /// <summary>The number since which the marks known here are complete.</summary>
    public long Baseline => _marks.Baseline;

    /// <summary>What is known now: noted before a read is sent.</summary>
    public Known Known => new(Incarnation, Seen, _lineage.Numbers, _version.Source.Version);

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
        if (head.Incarnation != Incarnation)
        {
            _lineage.Begin(head);
            _versions.Clear();
        }
        else if (!Holds(ProtocolRules.SeenOnlyRises)) _lineage.Forget();

        (Incarnation, Base, Applied) = (head.Incarnation, head.Base, head.Sequence);
        See(head.Base, head.Sequence, head.Source);
        Take(head);
        if (HasHead || Holds(ProtocolRules.FirstHeadDrops)) Generation++;
        HasHead = true;
        Missed.Found();

        // What this node wrote may be above a head that was read before.
        _marks.Clear(Seen);
        _version.Rise();
    }

    /// <summary>Applies a message or log entry if it is the next one.</summary>
    public Progress Apply(Invalidation message)
    {
        if (Holds(ProtocolRules.MessagesOfTheEraAlone))
        {
            if (IsOfThePast(message.Incarnation, message.Base)) return Progress.Old;
            if (message.Incarnation != Incarnation) return Missed.Note(Progress.Foreign, long.MaxValue);
        }

        if (message.Base != Base && Holds(ProtocolRules.MessagesOfTheEraAlone)) return TryJump(message) ? Progress.Current : Missed.Note(Progress.Foreign, message.Sequence);
        See(message.Base, message.Sequence, message.Source);
        if (message.Sequence <= Applied) return Progress.Old;
        if (message.Sequence != Applied + 1) return Missed.Note(Progress.Behind, message.Sequence);
        Carry(message);
        Applied = message.Sequence;
        return Progress.Current;
    }

    /// <summary>Carries out what this node itself wrote, when its acknowledgement comes and whether or not what lies before is known:
    /// its caller's next read must not find what it has just invalidated.</summary>
    /// <returns><see cref="Progress.Lost"/>: it may be lost since. The partition is to be touched before its caller is told.</returns>
    public Progress ApplyOwn(Invalidation message)
    {
        if (message.Incarnation > Incarnation)
        {
            // The write itself is the news of another incarnation.
            Drop(new Head(message.Incarnation, message.Base, message.Sequence, 0));
            return Holds(ProtocolRules.LostAcknowledgements) ? Progress.Lost : Progress.Current;
        }

        // An incarnation that ended meanwhile counted from elsewhere: whatever is known now is older than the write.
        if (message.Incarnation < Incarnation)
        {
            Carry(message with { Sequence = message.Kind == InvalidationKind.Mark ? Seen : Seen + 1 });
            return Holds(ProtocolRules.LostAcknowledgements) ? Progress.Lost : Progress.Old;
        }

        See(message.Base, message.Sequence, message.Source);
        if (Holds(ProtocolRules.LostAcknowledgements) && IsLost(message)) return Progress.Lost;
        if (message.Base == Base && message.Sequence > Applied + 1)
        {
            // What lies before it is on its way, as likely as not: an acknowledgement overtakes messages, and the heartbeat counts.
            Carry(message);
            return Progress.Behind;
        }

        var progress = Apply(message);
        if (progress == Progress.Foreign || message.Base < Base) Carry(message);
        return progress;
    }

    /// <summary>Notes a head that was read.</summary>
    /// <param name="head">The head.</param>
    /// <param name="known">What was known when the read was sent: a reply may be as late as it likes.</param>
    /// <param name="sentAt">When that was.</param>
    public Progress Verify(Head head, Known known, long sentAt)
    {
        if ((Holds(ProtocolRules.HeadsBelowSeen) && known.IsAbove(head)) || _lineage.IsLostIn(head, known, isTouched: false)) return Progress.Lost;
        if (IsOfThePast(head.Incarnation, head.Base)) return Progress.Old;
        if (head.Incarnation != Incarnation) return Missed.Note(Progress.Foreign, long.MaxValue);
        See(head.Base, head.Sequence, head.Source);
        Take(head);
        if (head.Base != Base) return Missed.Note(Progress.Foreign, head.Sequence);
        if (Applied < head.Sequence) return Missed.Note(Progress.Behind, head.Sequence);
        if (sentAt > VerifiedAt) VerifiedAt = sentAt;
        return Progress.Current;
    }

    /// <summary>Notes a head that came with a reply to something else.</summary>
    public void See(Head head)
    {
        // Of whatever incarnation: a load is stamped with its lease's, also where this node has yet to hear of that.
        Raise(head.Source);
        if (head.Incarnation == Incarnation) See(head.Base, head.Sequence, head.Source);
    }

    /// <summary>Takes in what the remote tier answered about marks: by maximum, and as known only if nothing moved since it was asked.
    /// A tag or prefix that it does not have counts as its floor, under which they are forgotten; a clear never is.</summary>
    public void Learn(IReadOnlyCollection<Mark> asked, MarksReply reply, long baselineWhenAsked)
    {
        if (reply.Head.Incarnation != Incarnation) return;
        See(reply.Head);
        _marks.Learn(asked, reply, baselineWhenAsked);
        _version.Rise();
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
        if (head.Incarnation != Incarnation || known.IsAbove(head)) return;
        if (reply.IsComplete && _marks.TryComplete(reply)) _version.Rise();
        Verify(head, known, sentAt);
    }

    /// <summary>Begins anew with a head of which nothing known here was lost, where the log could not tell what was missed.</summary>
    public void Adopt(Head head)
    {
        if (IsOfThePast(head.Incarnation, head.Base)) return;

        // What came late after all may have carried the partition past this head.
        if (head.Incarnation == Incarnation && head.Base == Base && Applied >= head.Sequence) Missed.Found();
        else Drop(head);
    }

    /// <summary>Whether an acknowledged write was lost by a failover since, as far as is known here.</summary>
    public bool IsLost(Invalidation message) => message.Incarnation == Incarnation && _lineage.IsLost(message.Base, message.Sequence);

    /// <summary>Whether the head of a touch shows that something known when that was sent is lost: the incarnation can't be trusted.</summary>
    public bool IsLostIn(Head head, Known known) => _lineage.IsLostIn(head, known, isTouched: true);

    /// <summary>Whether what a token stands for is applied here. What was lost, or is of an incarnation that is not this one, is not.</summary>
    /// <param name="part">The token.</param>
    /// <param name="isRead">Whether this node has followed a head that was read since it was asked about the token: what is of an older
    /// incarnation is then no more, and nothing that it invalidated either.</param>
    public bool Reaches(TokenPart part, bool isRead)
    {
        if (part.Incarnation != Incarnation) return (isRead || !Holds(ProtocolRules.TokensOfTheIncarnation)) && part.Incarnation < Incarnation;
        return Applied >= part.Sequence && !(Holds(ProtocolRules.LostTokens) && _lineage.IsLost(part.Base, part.Sequence));
    }

    /// <summary>Whether the remote tier's entries of a version are reached by invalidations, as far as this node knows.</summary>
    public bool AreRegistered(IReadOnlyList<string> names) => HasHead && _versions.Contains(names);

    /// <summary>Whether invalidations have reached an entry of the remote tier since it was stamped.</summary>
    public bool Covers(string name, long sequence) => _versions.Covers(name, sequence);

    /// <summary>Drops or expires a key here though no number was given for it: whatever is under way for it is not kept either.</summary>
    public void Forget(string index, InvalidationKind kind = InvalidationKind.Remove) => _pending.Carry(index, long.MaxValue, kind);

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

    /// <summary>Whether L1 may keep what a read or write brought under a number: nothing later was applied to its key meanwhile, and the
    /// partition was not dropped.</summary>
    public bool Admits(PendingKey pending, long sequence) =>
        (pending.Generation == Generation || !Holds(ProtocolRules.KeptInItsGeneration))
        && (sequence >= pending.Highest || !Holds(ProtocolRules.KeptUnlessApplied));

    private bool Holds(ProtocolRules rule) => (_rules & rule) != 0;

    private void Carry(Invalidation message)
    {
        if (message.Kind == InvalidationKind.Mark)
        {
            _marks.Raise(message.Mark, message.Sequence);
            _version.Rise();
            return;
        }

        foreach (var index in message.Indexes) _pending.Carry(index, message.Sequence, message.Kind);
        _version.Move();
    }

    /// <summary>Goes over to the next era, where nothing was missed before it and nothing lost with the last.</summary>
    private bool TryJump(Invalidation message)
    {
        if (message.Kind != InvalidationKind.Jump || message.From != Applied || !_lineage.TryJump(message, Base)) return false;
        (Base, Applied) = (message.Base, message.Sequence);
        See(message.Base, message.Sequence, message.Source);
        return true;
    }

    private void See(long start, long sequence, long source)
    {
        Raise(source);
        if (_lineage.See(start, sequence)) _version.Move();
    }

    private void Raise(long source)
    {
        if (Holds(ProtocolRules.SourceOfTheStamps)) _version.Source.Raise(source);
    }

    private void Take(Head head)
    {
        _lineage.Take(head);
        if (_versions.TryRaise(head)) _version.Rise();
    }

    private bool IsOfThePast(long incarnation, long start) =>
        (incarnation < Incarnation && Holds(ProtocolRules.IncarnationsOnlyRise)) || (incarnation == Incarnation && start < Base);
}
