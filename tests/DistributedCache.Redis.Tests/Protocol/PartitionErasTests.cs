using DistributedCache.Coherence;
using DistributedCache.Redis.Partitions;

namespace DistributedCache.Redis.Tests.Protocol;

/// <summary>Eras as the hash has them.</summary>
public class PartitionErasTests
{
    private readonly PartitionEras _eras = new();

    [Fact]
    public void Adopt_Eras_AreThoseOfEveryHeadOfTheBase()
    {
        var head = _eras.Adopt(Head(100), "0,0,abc;12,100,def");
        Assert.Equal(12, head.Eras!.EndOf(0, 0));
        Assert.Same(head.Eras, _eras.Complete(Head(100) with { Sequence = 150 }).Eras);
        Assert.Null(_eras.Complete(Head(200)).Eras);
        Assert.Null(_eras.Complete(Head(100) with { Incarnation = 2 }).Eras);
        Assert.Same(EraHistory.First, _eras.Complete(Head(0)).Eras);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("garbage;1,2")]
    [InlineData("0,0,abc")]
    public void Adopt_Broken_KnowsThePresentEraAlone(string? text)
    {
        var head = _eras.Adopt(Head(100), text);
        Assert.Equal((100, 100), (head.Eras!.Base, head.Eras.Oldest));
        Assert.Null(head.Eras.EndOf(0, 0));
    }

    private static Head Head(long start) => new(1, start, start, 0);
}
