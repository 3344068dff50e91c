using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Tests;

/// <summary>Which reads of an old value break a promise.</summary>
public sealed class ReadCheckTests
{
    private const string Stale = "reads older than an invalidation acknowledged MaxStaleness before, Redis in reach";
    private const string Unmarked = "stale answers not marked, Redis or a master out of reach";
    private const string Returned = "somebody alive knew: served as fresh later than failover + MaxStaleness";

    private static Histories Removed => new Histories().Write(100, 1).Write(200, 2).Invalidate(300, 310);

    [Fact]
    public void Judge_NothingHappened_BreaksNothing() => Assert.Empty(new Histories().Broken());

    [Theory]
    [InlineData(200)]
    [InlineData(2_309)]
    public void Judge_OldValueBeforeTheLagIsOver_BreaksNothing(double at) => Assert.Empty(Removed.Read(at, 1).Broken());

    [Fact]
    public void Judge_OldValueAfterTheLag_IsStale() => Assert.Equal([Stale], Removed.Read(2_311, 1).Broken());

    [Fact]
    public void Judge_OldValueAfterTheLagButMarked_BreaksNothing() => Assert.Empty(Removed.Read(2_311, 1, Result.Marked).Broken());

    [Fact]
    public void Judge_NewValueAfterTheLag_BreaksNothing() => Assert.Empty(Removed.Read(2_311, 2).Broken());

    [Fact]
    public void Judge_VersionWrittenAfterTheInvalidationBegan_IsNotDemanded() => Assert.Empty(Removed.Write(305, 3).Read(2_311, 2).Broken());

    [Fact]
    public void Judge_InvalidationNotAcknowledged_DemandsNothing() =>
        Assert.Empty(new Histories().Write(100, 1).Write(200, 2).Invalidate(300, 310, result: Result.Refused).Invalidate(400, 410, result: Result.Queued).Read(9_000, 1).Broken());

    [Theory]
    [InlineData(Operation.RemoveByTag, Histories.Tag)]
    [InlineData(Operation.RemoveByPrefix, Histories.Prefix)]
    [InlineData(Operation.Clear, "*")]
    [InlineData(Operation.Set, Histories.Key)]
    internal void Judge_OldValueAfterAnyInvalidationThatCoversIt_IsStale(Operation operation, string target) =>
        Assert.Equal([Stale], new Histories().Write(100, 1).Write(200, 2).Invalidate(300, 310, operation, target).Read(2_311, 1).Broken());

    [Theory]
    [InlineData(Operation.Remove, Histories.Other)]
    [InlineData(Operation.RemoveByTag, "item-column-1")]
    [InlineData(Operation.RemoveByPrefix, "item:1:")]
    internal void Judge_OldValueAfterAnotherKeysInvalidation_BreaksNothing(Operation operation, string target) =>
        Assert.Empty(new Histories().Write(100, 1).Write(200, 2).Invalidate(300, 310, operation, target).Read(2_311, 1).Broken());

    [Fact]
    public void Judge_OlderInvalidationAcknowledgedLater_LowersNothing() =>
        Assert.Equal([Stale], new Histories().Write(100, 1).Invalidate(150, 2_000).Write(200, 2).Invalidate(300, 310).Read(4_500, 1).Broken());

    [Fact]
    public void Judge_OldValueOnANodeThatWasCutOff_IsUnmarked() => Assert.Equal([Unmarked], Removed.Fault(1_000, 3_000, "cut", node: 1).Read(2_500, 1).Broken());

    [Fact]
    public void Judge_OldValueWhileAnotherNodeWasCutOff_IsStale() => Assert.Equal([Stale], Removed.Fault(1_000, 3_000, "cut", node: 2).Read(2_500, 1).Broken());

    [Fact]
    public void Judge_AnotherKeysValue_IsStale() => Assert.Equal([Stale], Removed.Read(2_311, -1).Broken());

    [Fact]
    public void Judge_ForgottenThoughKnown_MayReturnUntilTheNodesHaveToldTheNewMaster()
    {
        Assert.Empty(Forgotten(Result.Done).Read(6_900, 1).Broken());
        Assert.Equal([Returned], Forgotten(Result.Done).Read(7_001, 1).Broken());
    }

    [Fact]
    public void Judge_ForgottenAndKnownToNobodyAlive_IsToldAndBreaksNothing()
    {
        var history = Forgotten(Result.Nothing).Read(9_000, 1);
        Assert.Empty(history.Broken());
        Assert.Contains(history.Judge(), static row => row.Value == "1 of 1 acknowledged (100.00 %), 1 reads");
    }

    private static Histories Forgotten(Result who) => Removed.Add(new(Operation.Forget, 320, 5_000, 0, "", Result: who, Number: 1));
}
