using System.Globalization;
using DistributedCache.Coherence;

namespace DistributedCache.Tests.Coherence.Simulation;

/// <summary>Millions of random steps of two and three nodes, and of everything that can go wrong between them, break no promise.</summary>
/// <remarks>SEARCH_STEPS in the environment asks for another number of them, SEARCH_SEED for those of a seed that was printed.</remarks>
public class SearchTests
{
    private const int Steps = 3_000_000;

    /// <summary>Those whose absence is found within seconds; the histories of the others are too rare, and are told one by one.</summary>
    public static TheoryData<string> CommonRules =>
    [
        nameof(ProtocolRules.HeadsBelowSeen), nameof(ProtocolRules.LostNumbers), nameof(ProtocolRules.IncarnationsOnlyRise),
        nameof(ProtocolRules.MarksOfTheIncarnation), nameof(ProtocolRules.MarksSinceBaseline),
        nameof(ProtocolRules.PruningRaisesBaseline), nameof(ProtocolRules.KeptInItsGeneration), nameof(ProtocolRules.KeptUnlessApplied),
        nameof(ProtocolRules.LostTokens), nameof(ProtocolRules.HeldKeys), nameof(ProtocolRules.HeldMarks), nameof(ProtocolRules.FallbacksJudged),
        nameof(ProtocolRules.SourceOfTheStamps),
    ];

    [Fact]
    public void Search_EveryRuleIsKept_BreaksNoPromise()
    {
        var (seed, steps) = (Asked("SEARCH_SEED") ?? Random.Shared.Next(1_000_000), Asked("SEARCH_STEPS") ?? Steps);
        TestContext.Current.TestOutputHelper!.WriteLine($"Seed {seed}, {steps:#,0} steps.");
        var broken = Search.Run(seed, steps);
        Assert.True(broken is null, broken);
    }

    [Theory]
    [MemberData(nameof(CommonRules))]
    public void Search_RuleIsLeftOut_FindsABrokenPromiseAndTellsHow(string rule)
    {
        var broken = Search.Run(seed: 1, Steps, ProtocolRules.All & ~Enum.Parse<ProtocolRules>(rule));
        Assert.NotNull(broken);
        Assert.StartsWith("Seed 1: Node ", broken, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper!.WriteLine(broken);
    }

    private static int? Asked(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? int.Parse(value, CultureInfo.InvariantCulture) : null;
}
