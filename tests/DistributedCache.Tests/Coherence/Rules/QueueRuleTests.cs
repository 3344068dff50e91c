using DistributedCache.Coherence;
using DistributedCache.Tests.Pipeline;

namespace DistributedCache.Tests.Coherence.Rules;

/// <summary>What an invalidation without a number concerns is neither read from the tier nor sent there, and not kept.</summary>
public class QueueRuleTests
{
    [Fact]
    public Task HeldKeys_RemovalIsQueued_TheKeyIsNotReadFromTheTier() => Rule.IsNeededAsync(ProtocolRules.HeldKeys, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        nodes.Remote.Fails = static step => step == "Invalidate";
        await nodes.B.Remove("k");
        return await nodes.B.Load("k", "new") == "new";
    });

    [Fact]
    public Task HeldMarks_TagIsQueued_WhatHasItIsNotReadFromTheTier() => Rule.IsNeededAsync(ProtocolRules.HeldMarks, static async nodes =>
    {
        await nodes.A.Load("k", "old", null, "t");
        nodes.Remote.Fails = static step => step == "Invalidate";
        await nodes.B.RemoveTag("t");
        return await nodes.B.Load("k", "new", null, "t") == "new";
    });

    [Fact]
    public Task HeldMarks_TagIsQueuedWhileALoadRuns_ItsValueIsNotSent() => Rule.IsNeededAsync(ProtocolRules.HeldMarks, static async nodes =>
    {
        var source = new TestSource<string>();
        var loading = nodes.B.Load("k", source, null, "t").AsTask();
        await Eventually.TrueAsync(() => source.Count == 1);
        nodes.Remote.Fails = static step => step == "Invalidate";
        await nodes.B.RemoveTag("t");
        source[0].Answer("old");
        await Eventually.DoneAsync(loading);
        return await nodes.B.Load("k", "new", null, "t") == "new" && !(await nodes.A.Find<string>("k")).HasValue;
    });
}
