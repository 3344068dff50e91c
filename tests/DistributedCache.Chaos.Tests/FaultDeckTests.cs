using DistributedCache.Chaos.Faults;

namespace DistributedCache.Chaos.Tests;

/// <summary>The order of the faults.</summary>
public sealed class FaultDeckTests
{
    private static readonly IFault[] Faults = [new KillFault(), new CutFault(), new FlushFault()];

    [Fact]
    public void Next_FirstRound_HasEachFaultOnce() =>
        Assert.Equal(["cut", "flush", "kill"], Draw(new Random(1), 3).Select(static d => d.Fault.Name).Order());

    [Fact]
    public void Next_AllRounds_HaveEachFormOnce() => Assert.Distinct(Draw(new Random(1), 8));

    [Fact]
    public void Next_SameSeed_DrawsTheSame() => Assert.Equal(Draw(new Random(5), 20), Draw(new Random(5), 20));

    private static (IFault Fault, string Form)[] Draw(Random random, int count)
    {
        var deck = new FaultDeck(Faults, random);
        return [.. Enumerable.Range(0, count).Select(_ => deck.Next())];
    }
}
