using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Entries;
using DistributedCache.Verification;

namespace DistributedCache.Tests.Verification;

/// <summary>An entry stamped 10 of incarnation 7 in partition 0, with a tag there (10) and one in partition 1 (20 of incarnation 8).</summary>
public class ComparisonTests
{
    private const string Index = "k";
    private static readonly Mark Here = Mark.Tag("", "here"), There = Mark.Tag("", "there");
    private static readonly StampSet Stamps = new(new StampOrigin("acme", 0, 7, 0), [new(Here, 0, 7, 10), new(There, 1, 8, 20)]);

    [Fact]
    public void OfMarks_NoneIsLater_IsNone()
    {
        Assert.Null(OfMarks(0, Reply(7, 50, 0, (Here, 10), (Mark.Clear, 10), (Mark.ClearOf("acme"), 0))));
        Assert.Null(OfMarks(1, Reply(8, 50, 0, (There, 20))));
        Assert.Null(OfMarks(0, Reply(7, 50, 0)));
    }

    [Fact]
    public void OfMarks_TagPrefixOrClearIsLater_IsMissed()
    {
        Assert.Equal(DifferenceCause.MissedInvalidation, OfMarks(0, Reply(7, 50, 0, (Here, 11))));
        Assert.Equal(DifferenceCause.MissedInvalidation, OfMarks(1, Reply(8, 50, 0, (There, 21))));
        Assert.Equal(DifferenceCause.MissedInvalidation, OfMarks(0, Reply(7, 50, 0, (Mark.Clear, 11))));
        Assert.Equal(DifferenceCause.MissedInvalidation, OfMarks(0, Reply(7, 50, 0, (Mark.ClearOf("acme"), 11))));
    }

    [Fact]
    public void OfMarks_AbsentTagCountsAsAFloorAboveTheStamp_IsNone() => Assert.Null(OfMarks(0, Reply(7, 50, 40, (Here, 40))));

    [Fact]
    public void OfMarks_ClearOfAPartitionThatOnlyATagLivesIn_IsNone() => Assert.Null(OfMarks(1, Reply(8, 50, 0, (Mark.Clear, 40))));

    [Fact]
    public void OfMarks_LaterIncarnationOfKeyOrTag_IsAnother()
    {
        Assert.Equal(DifferenceCause.OtherIncarnation, OfMarks(0, Reply(8, 0, 0)));
        Assert.Equal(DifferenceCause.OtherIncarnation, OfMarks(1, Reply(9, 0, 0)));
    }

    [Fact]
    public void OfMarks_EarlierIncarnation_SaysNothing() => Assert.Null(OfMarks(0, Reply(6, 50, 0, (Here, 40), (Mark.Clear, 40))));

    [Theory]
    [InlineData(7, 10, false, false)]
    [InlineData(7, 9, false, false)]
    [InlineData(7, 11, false, true)]
    [InlineData(7, 10, true, true)]
    [InlineData(8, 10, false, true)]
    public void NeedsLog_OfWhatIsStored_OnlyWhereItIsNotTheSameOrAnEarlier(long incarnation, long sequence, bool isStale, bool expected) =>
        Assert.Equal(expected, Comparison.NeedsLog(new EnvelopeHeader(isStale ? EnvelopeFlags.StaleMarked : 0, 1, incarnation, sequence, 0), Stamps, 10));

    [Fact]
    public void NeedsLog_NothingIsStored_IsTrue() => Assert.True(Comparison.NeedsLog(null, Stamps, 10));

    [Fact]
    public void OfLog_NothingNamesTheKeySinceItsStamp_IsNone() =>
        Assert.Null(OfLog(Entry(7, 9, InvalidationKind.Remove, Index), Entry(7, 10, InvalidationKind.Set, Index), Entry(7, 11, InvalidationKind.Remove, "other"), Entry(6, 12, InvalidationKind.Remove, Index)));

    [Fact]
    public void OfLog_RemovedOrExpired_IsMissed()
    {
        Assert.Equal(DifferenceCause.MissedInvalidation, OfLog(Entry(7, 11, InvalidationKind.Remove, "other", Index)));
        Assert.Equal(DifferenceCause.MissedInvalidation, OfLog(Entry(7, 11, InvalidationKind.Set, Index), Entry(7, 12, InvalidationKind.Expire, Index)));
    }

    [Fact]
    public void OfLog_Set_IsANewerValue() => Assert.Equal(DifferenceCause.NewerValue, OfLog(Entry(7, 11, InvalidationKind.Remove, Index), Entry(7, 12, InvalidationKind.Set, Index)));

    private static DifferenceCause? OfMarks(int partition, MarksReply reply) => Comparison.OfMarks(Stamps, 10, partition, reply);

    private static DifferenceCause? OfLog(params Invalidation[] log) => Comparison.OfLog(log, Index, 7, 10);

    private static Invalidation Entry(long incarnation, long sequence, InvalidationKind kind, params string[] indexes) => new(0, incarnation, 0, sequence, kind, indexes);

    private static MarksReply Reply(long incarnation, long sequence, long floor, params (Mark Mark, long Sequence)[] marks) =>
        new(new Head(incarnation, 0, sequence, floor), [.. marks.Select(static mark => KeyValuePair.Create(mark.Mark, mark.Sequence))]);
}
