using DistributedCache.Coherence;
using DistributedCache.Pipeline;
using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Tests.Coherence.Rules;

/// <summary>What a node has not followed itself is asked for, and what it is told is judged by what was known when it asked.</summary>
public class JudgingRuleTests
{
    [Fact]
    public Task EveryPartitionVerified_TagsPartitionDoesNotAnswer_WhatItMayHaveInvalidatedIsNotServed() => Rule.IsNeededAsync(ProtocolRules.EveryPartitionVerified, static async nodes =>
    {
        var tag = TagElsewhere(nodes);
        await nodes.A.Load("k", "old", null, tag);
        await nodes.B.Load("k", "old", null, tag);
        var silent = nodes.Engine(0).Calls.PartitionOf(Mark.Tag("", tag));
        nodes.Deafen(1);
        await nodes.A.RemoveTag(tag);
        nodes.Remote.IsSilent = partition => partition == silent;
        var key = nodes.Engine(1).Coherence[nodes.Engine(1).Key("", "k").Partition];
        nodes.Time.Advance(2 * nodes.Engine(1).MaxStaleness);
        var now = nodes.Engine(1).Clock.Now;
        await Eventually.TrueAsync(() => key.VerifiedAt >= now, () => nodes.Time.Advance(LossyNodes.Beat));
        return await nodes.B.Load("k", "new", null, tag) == "new";
    }, static () => new LossyRemote(partitions: 4), static o => o.Profiles["Default"].WhenUnverified = UnverifiedBehavior.Refuse);

    [Fact]
    public Task StoredVerified_NodeIsToldOfNothing_WhatTheTierHasIsNotServed() => Rule.IsNeededAsync(ProtocolRules.StoredVerified, static async nodes =>
    {
        await nodes.A.Load("k", "old", null, "t");
        nodes.Deafen(1);
        nodes.Remote.Fails = static step => step == "ReadHeads";
        await nodes.A.RemoveTag("t");
        nodes.Time.Advance(2 * nodes.Engine(1).MaxStaleness);
        return await nodes.B.Load("k", "new", null, "t") == "new";
    }, null, static o => o.Profiles["Default"].WhenUnverified = UnverifiedBehavior.Refuse);

    [Fact]
    public Task JudgedAgain_TagWasInvalidatedBeforeTheNodeBegan_TheAnswerIsHeeded() => Rule.IsNeededAsync(ProtocolRules.JudgedAgain, static async nodes =>
    {
        await nodes.A.Load("k", "old", null, "t");
        await nodes.A.RemoveTag("t");
        await using var late = nodes.Add();
        return await late.Cache.Load("k", "new", null, "t") == "new";
    }, WithoutMarks);

    [Fact]
    public Task FallbacksJudged_TagIsInvalidatedWhileALoadRunsThatFails_TheStaleValueDoesNotStandIn() => Rule.IsNeededAsync(ProtocolRules.FallbacksJudged, static async nodes =>
    {
        await nodes.A.Load("k", "old", null, "t");
        nodes.Time.Advance(TimeSpan.FromMinutes(90));
        await nodes.SettleAsync();
        var source = new TestSource<string>();
        var loading = nodes.A.Load("k", source, null, "t").AsTask();
        await Eventually.TrueAsync(() => source.Count == 1);
        await nodes.A.RemoveTag("t");
        source[0].Fail(new InvalidOperationException("The source is away."));
        await Eventually.TrueAsync(() => loading.IsCompleted);
        return loading.IsFaulted;
    }, null, static o => o.Profiles["Default"].StaleFor = TimeSpan.FromHours(5));

    [Fact]
    public Task MarksOfTheIncarnation_TagsPartitionBeginsAnew_ItsStampsCountNoMore() => Rule.IsNeededAsync(ProtocolRules.MarksOfTheIncarnation, static async nodes =>
    {
        var tag = TagElsewhere(nodes);
        for (var i = 0; i < 5; i++) await nodes.A.RemoveTag(tag);
        await nodes.B.Load("k", "old", null, tag);
        nodes.Remote.Evict(nodes.Engine(0).Calls.PartitionOf(Mark.Tag("", tag)));
        await nodes.A.RemoveTag(tag);
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        return await nodes.B.Load("k", "new", null, tag) == "new";
    }, static () => new LossyRemote(partitions: 4));

    [Fact]
    public Task MarksSinceBaseline_TagWasInvalidatedBeforeTheNodeBegan_IsAskedFor() => Rule.IsNeededAsync(ProtocolRules.MarksSinceBaseline, static async nodes =>
    {
        await nodes.A.Load("k", "old", null, "t");
        await nodes.A.RemoveTag("t");
        await using var late = nodes.Add();
        return await late.Cache.Load("k", "new", null, "t") == "new";
    }, WithoutMarks);

    [Fact]
    public Task MarksByMaximum_AnswerIsOlderThanAMessage_DoesNotReplaceIt() => Rule.IsNeededAsync(ProtocolRules.MarksByMaximum, static async nodes =>
    {
        await nodes.A.RemoveTag("t");
        await nodes.A.Load("k", "old", null, "t");
        await nodes.A.Remove("other");
        await using var late = nodes.Add();
        await AskedMeanwhileAsync(nodes, late, static nodes => nodes.A.RemoveTag("t").AsTask());
        return await late.Cache.Load("k", "new", null, "t") == "new";
    }, WithoutMarks);

    [Fact]
    public Task MarksKnownAtBaseline_MarksWereForgottenSinceTheAsking_TheAnswerIsNotTakenForComplete() => Rule.IsNeededAsync(ProtocolRules.MarksKnownAtBaseline, static async nodes =>
    {
        await nodes.A.Load("k", "old", null, "t");
        await nodes.A.Remove("other");
        await using var late = nodes.Add(Forgetful);
        await AskedMeanwhileAsync(nodes, late, static async nodes =>
        {
            await nodes.A.RemoveTag("t");
            for (var i = 0; i < 12; i++) await nodes.A.RemoveTag($"other{i}");
        });
        return await late.Cache.Load("k", "new", null, "t") == "new";
    }, WithoutMarks, Forgetful);

    [Fact]
    public Task PruningRaisesBaseline_MarkIsForgotten_WhatIsOlderIsAskedFor() => Rule.IsNeededAsync(ProtocolRules.PruningRaisesBaseline, static async nodes =>
    {
        await nodes.B.Load("k", "old", null, "t");
        await nodes.A.RemoveTag("t");
        for (var i = 0; i < 12; i++) await nodes.A.RemoveTag($"other{i}");
        return await nodes.B.Load("k", "new", null, "t") == "new";
    }, WithoutMarks, Forgetful);

    [Fact]
    public Task FirstHeadDrops_LoadedBeforeTheTierWasThere_IsDropped() => Rule.IsNeededAsync(ProtocolRules.FirstHeadDrops, static async nodes =>
    {
        nodes.Remote.Fails = static _ => true;
        await using var late = nodes.Add(Primary);
        await late.Cache.Load("p:k", "old");
        nodes.Remote.Fails = static _ => false;
        await nodes.A.Set("p:k", "new");
        nodes.Time.Advance(LossyNodes.Beat);
        await Eventually.TrueAsync(() => Engine(late).Coherence[0].HasHead, () => nodes.Time.Advance(LossyNodes.Beat));
        return await late.Cache.Load("p:k", "newer") == "new";
    }, null, Primary);

    /// <summary>A node reads k, whose tag it must ask for, and while the answer is on its way something happens.</summary>
    private static async Task AskedMeanwhileAsync(LossyNodes nodes, TestCache late, Func<LossyNodes, Task> meanwhile)
    {
        await Engine(late).Started;
        var release = nodes.Remote.Hold("ReadMarks");
        var reading = late.Cache.Load("k", "new", null, "t").AsTask();
        await Eventually.TrueAsync(() => nodes.Remote.Calls.ContainsKey("ReadMarks"));
        await meanwhile(nodes);
        release();
        await Eventually.DoneAsync(reading);
    }

    private static LossyRemote WithoutMarks() => new(partitions: 1, logLength: 64) { SendsMarks = false };

    private static void Forgetful(TieredCacheOptions options) => options.TagsPerPartition = 8;

    private static void Primary(TieredCacheOptions options) => options.Profiles["state"] = new() { Keys = ["p:"], Primary = true, Duration = TimeSpan.FromHours(1) };

    private static CacheEngine Engine(TestCache node) => node.Services.GetRequiredService<CacheEngine>();

    /// <summary>A tag that does not live in the partition of k.</summary>
    private static string TagElsewhere(LossyNodes nodes) => Enumerable.Range(0, 100).Select(static i => $"t{i}")
        .First(tag => nodes.Engine(0).Calls.PartitionOf(Mark.Tag("", tag)) != nodes.Engine(0).Key("", "k").Partition);
}
