using DistributedCache.Coherence;

namespace DistributedCache.Tests.Coherence;

/// <summary>What a partition makes of messages, heads and logs, one at a time.</summary>
public class PartitionStateTests
{
    private readonly Drops _drops = new();
    private readonly PartitionState _partition;

    public PartitionStateTests()
    {
        _partition = new CoherenceState(1, 1_000, 8, _drops)[0];
        _partition.Drop(new Head(1, 0, 10, 0));
    }

    [Fact]
    public void Apply_Next_IsAppliedOnce()
    {
        Assert.Equal(Progress.Current, _partition.Apply(Removal(11)));
        Assert.Equal(Progress.Old, _partition.Apply(Removal(11)));
        Assert.Equal([11L], _drops.Sequences);
        Assert.False(_partition.Missed.Any);
    }

    [Fact]
    public void Apply_OneIsMissing_IsAppliedByTheLog()
    {
        Assert.Equal(Progress.Behind, _partition.Apply(Removal(12)));
        Assert.True(_partition.Missed.Any);
        var (after, target) = _partition.Missed.Begin();
        Assert.Equal((10, 12), (after, target));
        Assert.True(_partition.Missed.TryApply([Removal(11), Removal(12)], target));
        Assert.Equal(12, _partition.Applied);
        Assert.False(_partition.Missed.Any);
    }

    [Fact]
    public void CatchUp_LogDoesNotReachWhatIsKnown_Fails()
    {
        _partition.Apply(Removal(12));
        var (_, target) = _partition.Missed.Begin();
        Assert.False(_partition.Missed.TryApply([], target));
        Assert.False(_partition.Missed.TryApply([Removal(11)], target));
    }

    [Fact]
    public void CatchUp_LogBeginsTooLate_FailsAndTheHeadIsADrop()
    {
        _partition.Verify(new Head(1, 0, 14, 0), _partition.Known, 1);
        var (_, target) = _partition.Missed.Begin();
        var generation = _partition.Generation;
        Assert.False(_partition.Missed.TryApply([Removal(13), Removal(14)], target));
        _partition.Adopt(new Head(1, 0, 14, 0));
        Assert.Equal((generation + 1, 14, 14), (_partition.Generation, _partition.Applied, _partition.Baseline));
    }

    [Fact]
    public void CatchUp_JumpFollowsWhatWasApplied_IsFollowed()
    {
        Assert.Equal(Progress.Foreign, _partition.Verify(new Head(1, 100, 101, 0), _partition.Known, 1));
        var (_, target) = _partition.Missed.Begin();
        var generation = _partition.Generation;
        Assert.True(_partition.Missed.TryApply([Removal(11), Jump(11, 100), Removal(101, 100)], target));
        Assert.Equal((100, 101, generation), (_partition.Base, _partition.Applied, _partition.Generation));
    }

    [Fact]
    public void CatchUp_JumpForgetsWhatWasApplied_Fails()
    {
        _partition.Apply(Removal(11));
        Assert.Equal(Progress.Foreign, _partition.Apply(Jump(10, 100)));
        var (_, target) = _partition.Missed.Begin();
        Assert.False(_partition.Missed.TryApply([Jump(10, 100)], target));
        Assert.Equal((0, 11), (_partition.Base, _partition.Applied));
    }

    [Fact]
    public void CatchUp_JumpForgetsWhatWasOnlyKnownOf_Fails()
    {
        _partition.See(new Head(1, 0, 11, 0));
        Assert.Equal(Progress.Foreign, _partition.Apply(Jump(10, 100)));
    }

    [Fact]
    public void CatchUp_HeadOfAnotherEraAndNoJumpInTheLog_Fails()
    {
        _partition.Verify(new Head(1, 100, 100, 0), _partition.Known, 1);
        var (_, target) = _partition.Missed.Begin();
        Assert.False(_partition.Missed.TryApply([], target));
    }

    [Fact]
    public void Verify_NothingIsMissing_CountsFromTheSending()
    {
        Assert.Equal(Progress.Current, _partition.Verify(new Head(1, 0, 10, 0), _partition.Known, 5));
        Assert.Equal(Progress.Current, _partition.Verify(new Head(1, 0, 10, 0), _partition.Known, 3));
        Assert.Equal(5, _partition.VerifiedAt);
        Assert.Equal(Progress.Behind, _partition.Verify(new Head(1, 0, 11, 0), _partition.Known, 9));
        Assert.Equal(5, _partition.VerifiedAt);
    }

    [Fact]
    public void Adopt_LowerIncarnation_IsRefused()
    {
        var partition = new CoherenceState(1, 1_000, 8, _drops)[0];
        partition.Drop(new Head(5, 0, 3, 0));
        Assert.Equal(Progress.Lost, partition.Verify(new Head(4, 0, 9, 0), partition.Known, 1));
        Assert.Equal(Progress.Old, partition.Verify(new Head(4, 0, 9, 0), new Known(4, 9), 1));
        partition.Adopt(new Head(4, 0, 9, 0));
        Assert.Equal((5, 3, long.MinValue), (partition.Incarnation, partition.Applied, partition.VerifiedAt));
    }

    [Fact]
    public void Adopt_OfTheSameIncarnation_LowersNothingSeen()
    {
        _partition.See(new Head(1, 0, 15, 0));
        _partition.Adopt(new Head(1, 0, 12, 0));
        Assert.Equal((12, 15), (_partition.Applied, _partition.Seen));
        Assert.True(_partition.IsLostIn(new Head(1, 0, 14, 0), _partition.Known));
    }

    [Fact]
    public void Register_MarksAreComplete_OlderEntriesNeedNoLookUp()
    {
        var partition = new CoherenceState(1, 1_000, 8, _drops)[0];
        partition.Register(new MarksReply(new Head(1, 0, 10, 4), [KeyValuePair.Create(Mark.Tag("", "t"), 8L)], IsComplete: true), default, 1);
        Assert.Equal(Verdict.Invalid, partition.Verdicts.Of(new Stamp(Mark.Tag("", "t"), 0, 1, 7)));
        Assert.Equal(Verdict.Valid, partition.Verdicts.Of(new Stamp(Mark.Tag("", "u"), 0, 1, 4)));
        Assert.Equal(Verdict.Unknown, partition.Verdicts.Of(new Stamp(Mark.Tag("", "u"), 0, 1, 3)));
        Assert.Equal(1, partition.VerifiedAt);
    }

    [Fact]
    public void Learn_MarksAreAbsent_TagsCountAsTheFloorAndClearsAsNever()
    {
        Mark tag = Mark.Tag("", "t"), clear = Mark.ClearOf("tenant");
        _partition.Learn([tag, clear], new MarksReply(new Head(1, 0, 10, 6), []), _partition.Baseline);
        Assert.Equal(Verdict.Invalid, _partition.Verdicts.Of(new Stamp(tag, 0, 1, 5)));
        Assert.Equal(Verdict.Valid, _partition.Verdicts.Of(new Stamp(tag, 0, 1, 6)));
        Assert.Equal(Verdict.Valid, _partition.Verdicts.Of(new Stamp(clear, 0, 1, 1)));
    }

    [Fact]
    public void ApplyOwn_AheadOfItsMessages_IsCarriedOutAndMissesNothing()
    {
        Assert.Equal(Progress.Behind, _partition.ApplyOwn(Removal(13)));
        Assert.Equal((10, 13, false), (_partition.Applied, _partition.Seen, _partition.Missed.Any));
        Assert.Equal([13L], _drops.Sequences);
    }

    [Fact]
    public void ApplyOwn_MarkAheadOfAnOlderOne_IsNotForgottenWithIt()
    {
        var partition = new CoherenceState(1, 1_000, 1, _drops)[0];
        partition.Drop(new Head(1, 0, 1, 0));
        partition.Apply(new Invalidation(0, 1, 0, 2, InvalidationKind.Mark, [], Mark.Tag("", "u")));
        partition.ApplyOwn(new Invalidation(0, 1, 0, 4, InvalidationKind.Mark, [], Mark.Tag("", "t")));
        partition.Apply(new Invalidation(0, 1, 0, 3, InvalidationKind.Mark, [], Mark.Tag("", "t")));
        Assert.Equal(Verdict.Unknown, partition.Verdicts.Of(new Stamp(Mark.Tag("", "t"), 0, 1, 3)));
    }

    [Fact]
    public void Adopt_HeadFromBeforeAnOwnMark_DoesNotForgetTheMark()
    {
        _partition.ApplyOwn(new Invalidation(0, 1, 0, 13, InvalidationKind.Mark, [], Mark.Tag("", "t")));
        _partition.Adopt(new Head(1, 0, 12, 0));
        Assert.Equal(Verdict.Unknown, _partition.Verdicts.Of(new Stamp(Mark.Tag("", "t"), 0, 1, 12)));
    }

    [Fact]
    public void ApplyOwn_OfAnIncarnationThatIsAhead_IsToldAfterATouch()
    {
        var generation = _partition.Generation;
        Assert.Equal(Progress.Lost, _partition.ApplyOwn(new Invalidation(0, 7, 0, 1, InvalidationKind.Remove, ["k"])));
        Assert.Equal((7, 1, generation + 1), (_partition.Incarnation, _partition.Applied, _partition.Generation));
        Assert.Equal(Progress.Lost, _partition.Verify(new Head(1, 0, 10, 0), _partition.Known, 1));
    }

    private static Invalidation Removal(long sequence, long start = 0) => new(0, 1, start, sequence, InvalidationKind.Remove, ["k"]);

    private static Invalidation Jump(long from, long to) => new(0, 1, to, to, InvalidationKind.Jump, [], default, from);

    private StampSet Stamps() => new(new StampOrigin("", 0, 1, _partition.Generation), []);

    private sealed class Drops : ILocalDrops
    {
        public List<long> Sequences { get; } = [];

        public void DropBelow(string index, long sequence) => Sequences.Add(sequence);

        public void ExpireBelow(string index, long sequence) => Sequences.Add(sequence);
    }
}
