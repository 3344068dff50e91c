using DistributedCache.Coherence;

namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>A million random steps of three nodes and everything that can go wrong between them break no promise.</summary>
public class SearchTests
{
    private const int Steps = 1_000_000;

    [Fact]
    public void Search_EveryRuleIsKept_BreaksNoPromise()
    {
        var seed = Random.Shared.Next(1_000_000);
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}.");
        var broken = Search.Run(seed, Steps * 5);
        Assert.True(broken is null, broken);
    }

    public static TheoryData<string> Rules => [.. Enum.GetNames<ProtocolRules>().Except(["None", "All"])];

    [Theory]
    [MemberData(nameof(Rules))]
    public void Search_RuleIsLeftOut_BreaksAPromise(string rule)
    {
        var seed = Random.Shared.Next(1_000_000);
        var broken = Search.Run(seed, Steps * 8, ProtocolRules.All & ~Enum.Parse<ProtocolRules>(rule));
        TestContext.Current.TestOutputHelper!.WriteLine($"{broken}.");
        Assert.NotNull(broken);
    }
}
