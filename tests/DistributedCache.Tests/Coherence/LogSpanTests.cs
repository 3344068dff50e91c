using DistributedCache.Coherence;

namespace DistributedCache.Tests.Coherence;

/// <summary>Numbers 11 to 14 of incarnation 7, of which 13 is the caller's own; an entry with the key k and the tag t.</summary>
public class LogSpanTests
{
    private static readonly LogSpan Span = new(7, 10, 14);
    private static readonly StampSet Stamps = new(new StampOrigin("acme", 0, 7, 0), [new(Mark.Tag("acme", "t"), 0, 7, 14)]);
    private static readonly Mark Own = Mark.Tag("acme", "t");

    [Fact]
    public void Spares_OthersAndTheCallersOwn_IsTrue()
    {
        Assert.True(Spares(Key(11, "other"), Marked(12, Mark.Tag("", "t")), Marked(13, Own), Marked(14, Mark.ClearOf("other"))));

        // What comes later is another's to judge.
        Assert.True(Spares(Key(11, "other"), Key(12, "other"), Marked(13, Own), Key(14, "other"), Key(15, "k"), Jump(900)));
    }

    [Fact]
    public void Spares_ItsKey_IsFalse()
    {
        foreach (var kind in new[] { InvalidationKind.Remove, InvalidationKind.Expire, InvalidationKind.Set })
            Assert.False(Spares(Key(11, "other"), Key(12, "other", kind) with { Indexes = ["other", "k"] }, Marked(13, Own), Key(14, "other")));
    }

    [Fact]
    public void Spares_ItsMarkOrAClear_IsFalse()
    {
        foreach (var mark in new[] { Own, Mark.Clear, Mark.ClearOf("acme") })
            Assert.False(Spares(Key(11, "other"), Marked(12, mark), Marked(13, Own), Key(14, "other")));
    }

    [Fact]
    public void Spares_LogLacksANumber_IsFalse()
    {
        Assert.False(Spares());
        Assert.False(Spares(Key(12, "other"), Marked(13, Own), Key(14, "other")));
        Assert.False(Spares(Key(11, "other"), Marked(13, Own), Key(14, "other")));
        Assert.False(Spares(Key(11, "other"), Key(12, "other"), Marked(13, Own)));
    }

    [Fact]
    public void Spares_AnotherEraOrIncarnation_IsFalse()
    {
        Assert.False(Spares(Key(11, "other"), Jump(12), Marked(13, Own), Key(14, "other")));
        Assert.False(Spares(Key(11, "other"), Key(12, "other") with { Incarnation = 8 }, Marked(13, Own), Key(14, "other")));
    }

    [Fact]
    public void Has_NumberOfAnotherIncarnationOrOutside_IsFalse()
    {
        Assert.True(Span.Has(new TokenPart(0, 7, 0, 11)) && Span.Has(new TokenPart(0, 7, 0, 14)));
        Assert.False(Span.Has(new TokenPart(0, 8, 0, 11)) || Span.Has(new TokenPart(0, 7, 0, 10)) || Span.Has(new TokenPart(0, 7, 0, 15)));
    }

    private static bool Spares(params Invalidation[] log) => Span.Spares(log, new HashSet<long> { 13 }, "k", Stamps);

    private static Invalidation Key(long sequence, string index, InvalidationKind kind = InvalidationKind.Remove) => new(0, 7, 0, sequence, kind, [index]);

    private static Invalidation Marked(long sequence, Mark mark) => new(0, 7, 0, sequence, InvalidationKind.Mark, [], mark);

    private static Invalidation Jump(long sequence) => new(0, 7, sequence, sequence, InvalidationKind.Jump, [], From: sequence - 1);
}
