using DistributedCache.Coherence;
using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;

namespace DistributedCache.Tests.Coherence.Rules;

/// <summary>What a read or a write brings is kept in L1 only if nothing happened to it on its way.</summary>
public class LoadingRuleTests
{
    [Fact]
    public Task KeptUnlessApplied_RemovedWhileItsReadIsOnItsWay_IsNotKept() => Rule.IsNeededAsync(ProtocolRules.KeptUnlessApplied, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        var release = nodes.Remote.Hold("Get");
        var reading = nodes.B.Load("k", "new").AsTask();
        await nodes.A.Remove("k");
        release();
        await Eventually.DoneAsync(reading);
        return await nodes.B.Load("k", "new") == "new";
    });

    [Fact]
    public Task KeptUnlessApplied_RemovedWhileItsSetIsOnItsWay_IsNotKept() => Rule.IsNeededAsync(ProtocolRules.KeptUnlessApplied, static async nodes =>
    {
        var release = nodes.Remote.Hold("Set");
        var setting = nodes.B.Set("k", "old").AsTask();
        await nodes.A.Remove("k");
        release();
        await Eventually.DoneAsync(setting);
        return await nodes.B.Load("k", "new") == "new";
    });

    [Fact]
    public Task KeptInItsGeneration_PartitionIsDroppedWhileAReadIsOnItsWay_IsNotKept() => Rule.IsNeededAsync(ProtocolRules.KeptInItsGeneration, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        var release = nodes.Remote.Hold("Get");
        var reading = nodes.B.Load("k", "new").AsTask();
        nodes.Deafen(1);
        await nodes.A.Remove("k");
        for (var i = 0; i < 4; i++) await nodes.A.Remove($"other{i}");
        var generation = nodes.Engine(1).Coherence[0].Generation;
        await Eventually.TrueAsync(() => nodes.Engine(1).Coherence[0].Generation > generation, () => nodes.Time.Advance(LossyNodes.Beat));
        release();
        await Eventually.DoneAsync(reading);
        return await nodes.B.Load("k", "new") == "new";
    }, static () => new LossyRemote(partitions: 1, logLength: 2));

    [Fact]
    public Task NoOlderFlight_CallerComesAfterARemoval_DoesNotJoin() => Rule.IsNeededAsync(ProtocolRules.NoOlderFlight, static nodes =>
        IsNewAsync(nodes, static nodes => nodes.A.Remove("k"), "t"));

    [Fact]
    public Task NoOlderFlight_CallerComesAfterATag_DoesNotJoin() => Rule.IsNeededAsync(ProtocolRules.NoOlderFlight, static nodes =>
        IsNewAsync(nodes, static nodes => nodes.A.RemoveTag("t"), "t"));

    [Fact]
    public Task NoOlderFlight_TagThatOnlyTheFactoryNames_LoadsAgain() => Rule.IsNeededAsync(ProtocolRules.NoOlderFlight, static nodes =>
        IsNewAsync(nodes, static nodes => nodes.A.RemoveTag("t")));

    [Fact]
    public Task SourceOfTheStamps_ReplicaBehindTheFactoryIsOlderThanTheInvalidation_IsNotRead() => Rule.IsNeededAsync(ProtocolRules.SourceOfTheStamps, static async nodes =>
    {
        nodes.A.RequireSourceVersion(1);
        await nodes.A.Remove("k");
        await nodes.B.GetOrCreateAsync("k", static (load, _) => ValueTask.FromResult(load.MinimumSourceVersion > 0 ? "new" : "old"));
        return await nodes.A.Load("k", "new") == "new";
    });

    [Fact]
    public async Task Entry_RemovedWhileItsPartitionIsAskedFor_IsNotServed()
    {
        await using var nodes = new LossyNodes(2, static o =>
        {
            o.Profiles["Default"].Duration = TimeSpan.FromHours(1);
            o.Profiles["Default"].WhenUnverified = UnverifiedBehavior.Revalidate;
        }, new LossyRemote(partitions: 1));
        await nodes.B.Load("k", "old");
        nodes.Remote.Fates = static (node, _) => node == 1 ? Fate.Late : Fate.Delivered;
        nodes.Remote.Fails = static step => step == "ReadHeads";
        await nodes.A.Remove("k");
        for (var i = 0; i < 8; i++) nodes.Time.Advance(LossyNodes.Beat);
        var release = nodes.Remote.Hold("ReadMarks");
        var reading = nodes.B.Load("k", "new").AsTask();
        await Eventually.TrueAsync(() => nodes.Remote.Calls.ContainsKey("ReadMarks"));
        nodes.Remote.DeliverLate(1);
        release();
        Assert.Equal("new", await Eventually.DoneAsync(reading));
    }

    /// <summary>Whether a caller who comes after an invalidation is given what was loaded since.</summary>
    private static async Task<bool> IsNewAsync(LossyNodes nodes, Func<LossyNodes, ValueTask<InvalidationResult>> invalidate, params string[] tags)
    {
        var source = new TestSource<string>();
        var early = nodes.A.Load("k", source, null, tags).AsTask();
        await Eventually.TrueAsync(() => source.Count == 1);
        await invalidate(nodes);
        var late = nodes.A.Load("k", source, null, tags).AsTask();
        source[0].Context.Tags.Add("t");
        source[0].Answer("old");
        await Eventually.TrueAsync(() => late.IsCompleted || source.Count == 2);
        if (source.Count == 2) source[1].Answer("new");
        await Eventually.DoneAsync(early);
        return await Eventually.DoneAsync(late) == "new";
    }
}
