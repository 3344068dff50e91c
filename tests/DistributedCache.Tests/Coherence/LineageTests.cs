using DistributedCache.Coherence;

namespace DistributedCache.Tests.Coherence;

/// <summary>What a node knows of an incarnation's numbers, against the eras its servers tell of.</summary>
public class LineageTests
{
    private static readonly EraHistory Two = Eras((0, 0), (12, 100));

    private readonly Lineage _lineage = new(ProtocolRules.All);

    public LineageTests() => _lineage.Begin(Head(0, 10, EraHistory.First));

    [Theory]
    [InlineData(12, false)]
    [InlineData(13, true)]
    public void IsLostIn_NumberOfAnEndedEra_IsLostAboveItsEnd(long seen, bool isLost)
    {
        _lineage.See(0, seen);
        Assert.Equal(isLost, _lineage.IsLostIn(Head(100, 105, Two), Known(), isTouched: true));
        _lineage.Take(Head(100, 105, Two));
        Assert.Equal(isLost, _lineage.IsLost(0, seen));
    }

    [Fact]
    public void IsLostIn_EraThatIsNotAmongThem_IsLost()
    {
        _lineage.See(0, 12);
        _lineage.See(50, 50);
        Assert.True(_lineage.IsLostIn(Head(100, 105, Two), Known(), isTouched: true));
    }

    [Fact]
    public void IsLostIn_PresentEra_IsJudgedByTheHeadOfATouchAlone()
    {
        _lineage.See(0, 12);
        Assert.False(_lineage.IsLostIn(Head(0, 11, EraHistory.First), Known(), isTouched: false));
        Assert.True(_lineage.IsLostIn(Head(0, 11, EraHistory.First), Known(), isTouched: true));
        Assert.False(_lineage.IsLostIn(Head(0, 12, EraHistory.First), Known(), isTouched: true));
    }

    [Fact]
    public void IsLostIn_KnownOnlySinceTheReadWasSent_IsNot()
    {
        _lineage.See(0, 11);
        var known = Known();
        _lineage.See(0, 12);
        _lineage.See(200, 201);
        Assert.False(_lineage.IsLostIn(Head(0, 11, EraHistory.First), known, isTouched: true));
    }

    [Fact]
    public void IsLostIn_SecondFailoverLosesTheFirstJump_IsJudgedAgain()
    {
        _lineage.See(0, 12);
        _lineage.Take(Head(100, 100, Two));
        Assert.False(_lineage.IsLostIn(Head(100, 100, Two), Known(), isTouched: true));
        Assert.True(_lineage.IsLostIn(Head(300, 300, Eras((0, 0), (11, 300))), Known(), isTouched: true));
    }

    [Fact]
    public void IsLostIn_EraIsNoLongerRemembered_IsForgottenOnlyWhereItWasJudged()
    {
        _lineage.See(0, 12);
        var late = Eras((12, 100), (110, 200));
        Assert.True(_lineage.IsLostIn(Head(200, 200, late), Known(), isTouched: true));
        _lineage.Take(Head(100, 105, Two));
        Assert.False(_lineage.IsLostIn(Head(200, 200, late), Known(), isTouched: true));
        _lineage.See(0, 13);
        Assert.True(_lineage.IsLostIn(Head(200, 200, late), Known(), isTouched: true));
    }

    [Fact]
    public void IsLostIn_LowerIncarnation_IsLost() =>
        Assert.True(_lineage.IsLostIn(Head(0, 99, EraHistory.First) with { Incarnation = 1 }, Known() with { Incarnation = 2 }, isTouched: false));

    [Theory]
    [InlineData(10, true)]
    [InlineData(9, false)]
    public void TryJump_LosesWhatIsKnown_IsRefused(long from, bool isTaken)
    {
        _lineage.See(0, 10);
        Assert.Equal(isTaken, _lineage.TryJump(Jump(from, 100), 0));
        Assert.Equal(isTaken, _lineage.IsLost(0, 11));
    }

    [Fact]
    public void TryJump_AnotherThanAHeadHasToldOf_IsRefused()
    {
        _lineage.Take(Head(100, 105, Two));
        Assert.True(_lineage.TryJump(Jump(12, 100), 0));
        Assert.False(_lineage.TryJump(Jump(11, 300), 0));
    }

    [Fact]
    public void Add_MoreErasThanAreRemembered_ForgetsTheOldest()
    {
        var eras = EraHistory.First;
        for (var i = 1; i <= 40; i++) eras = eras.Add(new Era(i * 10, (i * 10) + 1));
        Assert.Equal((91, 401), (eras.Oldest, eras.Base));
        Assert.Null(eras.EndOf(81, 0));
        Assert.Equal(100, eras.EndOf(91, 0));
        Assert.Equal(7, eras.EndOf(401, 7));
    }

    private Known Known() => new(1, _lineage.Seen, _lineage.Numbers);

    private static Head Head(long start, long sequence, EraHistory eras) => new(1, start, sequence, 0) { Eras = eras };

    private static EraHistory Eras(params (long From, long Base)[] eras) => new([.. eras.Select(static era => new Era(era.From, era.Base))]);

    private static Invalidation Jump(long from, long to) => new(0, 1, to, to, InvalidationKind.Jump, [], default, from);
}
