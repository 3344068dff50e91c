using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Tests;

/// <summary>Factory runs, exceptions, times and kept hits.</summary>
public sealed class OtherCheckTests
{
    private const string Runs = "most for a key between two invalidations, nothing wrong";
    private const string Reach = "invalidation to the last node's memory, p99, nothing wrong";

    private static Histories Twice => new Histories().Invalidate(300, 310).Invalidate(900, 910);

    [Fact]
    public void Judge_OneRunBetweenTwoInvalidations_BreaksNothing() => Assert.Empty(Twice.Load(400, 401).Broken());

    [Fact]
    public void Judge_TwoRunsBetweenTwoInvalidations_IsOneTooMany() => Assert.Equal([Runs], Twice.Load(400, 401).Load(500, 501).Broken());

    [Theory]
    [InlineData(305, 311)]
    [InlineData(500, 901)]
    public void Judge_SecondRunThatAnInvalidationMadeVoid_BreaksNothing(double called, double began) =>
        Assert.Empty(Twice.Load(400, 401).Load(called, began).Broken());

    [Fact]
    public void Judge_TwoRunsAfterATagWhileNodesMayLag_BreaksNothing() =>
        Assert.Empty(new Histories().Invalidate(300, 310, Operation.RemoveByTag, Histories.Tag).Invalidate(900, 910).Load(400, 401).Load(500, 501).Broken());

    [Fact]
    public void Judge_TwoRunsWhileRedisIsAway_BreaksNothing() => Assert.Empty(Twice.Fault(450, 460, "kill").Load(400, 401).Load(500, 501).Broken());

    [Fact]
    public void Judge_TwoRunsAfterAnInvalidationThatMayYetCome_BreaksNothing() =>
        Assert.Empty(new Histories().Invalidate(300, 310).Invalidate(350, 360, result: Result.Queued).Invalidate(900, 910).Load(400, 401).Load(500, 501).Broken());

    [Fact]
    public void Judge_AnException_IsOneTooMany() =>
        Assert.Equal(["exceptions that reached a caller"], new Histories().Read(100, -1, Result.Failed).Broken());

    [Theory]
    [InlineData(4, false)]
    [InlineData(6, true)]
    public void Judge_TimeToTheLastNode_IsHeldToItsBound(double time, bool isBroken) =>
        Assert.Equal(isBroken ? [Reach] : [], new Histories().Add(new(Operation.Reach, 100, 100 + time, 0, Histories.Key)).Broken());

    [Fact]
    public void Judge_TimeToTheLastNodeUnderAFault_IsToldAlone() =>
        Assert.Empty(new Histories().Fault(50, 80, "drop").Add(new(Operation.Reach, 100, 900, 0, Histories.Key)).Broken());

    [Fact]
    public void Judge_ANodeThatNeverFollows_IsOneTooMany() => Assert.Equal(
        ["that some node's memory did not follow at all"],
        new Histories().Fault(50, 80, "drop").Add(new(Operation.Reach, 100, 10_100, 0, Histories.Key, Result: Result.Failed)).Broken());

    [Theory]
    [InlineData("kill", 999, Result.Done, false)]
    [InlineData("kill", 1_001, Result.Done, true)]
    [InlineData("hang", 1_001, Result.Done, true)]
    [InlineData("cut", 5_000, Result.Done, false)]
    [InlineData("cut", 20_000, Result.Failed, true)]
    internal void Judge_TimeToBeCoherentAgain_IsHeldToItsBound(string fault, double time, Result result, bool isBroken) =>
        Assert.Equal(isBroken ? [$"coherent again after {fault}, so"] : [], new Histories().Add(new(Operation.Recover, 100, 100 + time, -1, fault, -1, result, "so")).Broken());

    [Theory]
    [InlineData(Result.Fresh, "Local", false)]
    [InlineData(Result.Fresh, "Remote", true)]
    [InlineData(Result.Marked, "Local", true)]
    internal void Judge_KeptHitWhileAHeartbeatIsLate_IsFreshFromMemory(Result result, string tier, bool isBroken) =>
        Assert.Equal(isBroken ? ["that were no hit of the node's memory"] : [], new Histories().Add(new(Operation.Keep, 1, 2, 0, "kept:0:0", 0, result, tier)).Broken());
}
