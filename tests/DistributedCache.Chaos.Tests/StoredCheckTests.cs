using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Tests;

/// <summary>Which entries should not be there.</summary>
public sealed class StoredCheckTests
{
    private const string UnderLoad = "stored although a Remove or Set of the key had been acknowledged";
    private const string AtTheEnd = "stored or kept although fenced";
    private const string Unsent = "never carried out";

    private static Histories Written => new Histories().Write(100, 1).Write(200, 2);

    [Theory]
    [InlineData(Operation.Remove, Histories.Key)]
    [InlineData(Operation.RemoveByTag, Histories.Tag)]
    internal void Judge_OldEntryAtTheEnd_IsFenced(Operation operation, string target) =>
        Assert.Equal([AtTheEnd], Written.Invalidate(300, 310, operation, target).Find(9_000, 1).Broken());

    [Fact]
    public void Judge_NewEntryAtTheEnd_BreaksNothing() => Assert.Empty(Written.Invalidate(300, 310).Find(9_000, 2).Broken());

    [Fact]
    public void Judge_OldEntryInRedisAtOnceAfterItsKeysInvalidation_IsFenced() =>
        Assert.Equal([UnderLoad], Written.Invalidate(300, 310).Find(311, 1, Operation.Inspect).Broken());

    [Fact]
    public void Judge_OldEntryInRedisBeforeTheAcknowledgement_BreaksNothing() =>
        Assert.Empty(Written.Invalidate(300, 310).Find(309, 1, Operation.Inspect).Broken());

    [Fact]
    public void Judge_OldEntryInRedisAtOnceAfterItsTagsInvalidation_BreaksNothing() =>
        Assert.Empty(Written.Invalidate(300, 310, Operation.RemoveByTag, Histories.Tag).Find(311, 1, Operation.Inspect).Broken());

    [Fact]
    public void Judge_OldEntryInRedisWhileAMasterFails_BreaksNothing() =>
        Assert.Empty(Written.Invalidate(300, 310).Fault(200, 400, "kill").Find(311, 1, Operation.Inspect).Broken());

    [Fact]
    public void Judge_QueuedInvalidationWithoutEffectAtTheEnd_WasNeverCarriedOut() =>
        Assert.Equal([Unsent], Written.Invalidate(300, 310, result: Result.Queued).Find(9_000, 1).Broken());

    [Fact]
    public void Judge_QueuedInvalidationOfANodeThatDied_DemandsNothing() =>
        Assert.Empty(Written.Invalidate(300, 310, result: Result.Queued).Add(new(Operation.Crash, 400, 400, 0, "")).Find(9_000, 1).Broken());
}
