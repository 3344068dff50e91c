using DistributedCache.Coherence;
using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;

namespace DistributedCache.Tests.Coherence.Rules;

/// <summary>What another server forgot, or an older copy brought back, is found out by whoever knew of it.</summary>
public class FailoverRuleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task LogEndsWithItsHash_HashIsEvicted_WritesAreAcknowledged() => Rule.IsNeededAsync(TierRules.LogEndsWithItsHash, static async nodes =>
    {
        await nodes.A.Remove("a");
        await nodes.A.Remove("b");
        nodes.Remote.Evict(0);
        return (await nodes.B.Remove("k")).Status == InvalidationStatus.Acknowledged;
    });

    [Fact]
    public Task NewRunBeginsEra_NumberWasGivenOutBefore_IsNotTakenForKnown() => Rule.IsNeededAsync(TierRules.NewRunBeginsEra, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        var copy = nodes.Remote.CopyOf(0);
        await nodes.A.Remove("other");
        nodes.Remote.PutBack(0, copy, isNewRun: true);
        await nodes.B.Remove("k");
        await nodes.SettleAsync();
        return await nodes.A.Load("k", "new") == "new";
    });

    [Fact]
    public Task HeadsBelowSeen_RemovalIsForgotten_ItsValueDoesNotComeBack() => Rule.IsNeededAsync(ProtocolRules.HeadsBelowSeen, static async nodes =>
    {
        await nodes.A.Set("k", "old");
        var copy = nodes.Remote.CopyOf(0);
        nodes.Deafen(1);
        await nodes.A.Remove("k");
        nodes.Remote.PutBack(0, copy, isNewRun: true);
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        return await nodes.B.Load("k", "new") == "new" && await nodes.A.Load("k", "new") == "new";
    });

    [Fact]
    public Task SeenOnlyRises_PartitionIsDroppedMeanwhile_WhatWasSeenIsStillJudged() => Rule.IsNeededAsync(ProtocolRules.SeenOnlyRises, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        nodes.Deafen(0);
        for (var i = 0; i < 3; i++) await nodes.B.Remove($"other{i}");

        // A touch is answered, and while the answer is on its way this node's own removal is.
        var release = nodes.Remote.Hold("Touch");
        nodes.Time.Advance(LossyNodes.Beat);
        await Eventually.TrueAsync(() => nodes.Remote.Calls.ContainsKey("Touch"));
        var copy = nodes.Remote.CopyOf(0);
        nodes.Remote.Fates = static (_, _) => Fate.Lost;
        await nodes.A.Remove("k");
        var generation = nodes.Engine(0).Coherence[0].Generation;
        release();
        await Eventually.TrueAsync(() => nodes.Engine(0).Coherence[0].Generation > generation);
        nodes.Remote.PutBack(0, copy, isNewRun: true);
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        return await nodes.A.Load("k", "new") == "new";
    }, static () => new LossyRemote(partitions: 1, logLength: 1));

    [Fact]
    public Task LostNumbers_NewEraBeganAboveWhatWasSeen_TheRemovalItForgotIsStillJudged() => Rule.IsNeededAsync(ProtocolRules.LostNumbers, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        var copy = nodes.Remote.CopyOf(0);
        nodes.Deafen(1);
        await nodes.A.Remove("k");
        nodes.Remote.PutBack(0, copy, isNewRun: true);
        await nodes.B.Remove("other");
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        return await nodes.B.Load("k", "new") == "new" && await nodes.A.Load("k", "new") == "new";
    });

    [Fact]
    public Task LostNumbers_SecondFailoverLosesTheFirstOnesJump_IsJudgedAgain() => Rule.IsNeededAsync(ProtocolRules.LostNumbers, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        var copy = nodes.Remote.CopyOf(0);
        nodes.Deafen(1);
        await nodes.A.Remove("k");
        nodes.Remote.FailOver(0);
        await nodes.A.Remove("other");
        await nodes.SettleAsync();
        nodes.Remote.PutBack(0, copy, isNewRun: true);
        await nodes.B.Remove("other");
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        return await nodes.B.Load("k", "new") == "new";
    });

    [Fact]
    public Task LostAcknowledgements_FailoverBeforeTheAnswer_IsSentAgainBeforeItsCallerIsTold() => Rule.IsNeededAsync(ProtocolRules.LostAcknowledgements, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        var copy = nodes.Remote.CopyOf(0);
        nodes.Remote.Fates = static (_, message) => message.Indexes.Contains("k") ? Fate.Lost : Fate.Delivered;
        var release = nodes.Remote.Hold("Invalidate");
        var removing = nodes.A.Remove("k").AsTask();
        nodes.Remote.PutBack(0, copy, isNewRun: true);
        nodes.Remote.Holds = static _ => null;
        await nodes.B.Remove("other");
        await Eventually.TrueAsync(() => nodes.Engine(0).Coherence[0].Base > 0);
        release();
        await Eventually.DoneAsync(removing);
        return await nodes.A.Load("k", "new") == "new";
    });

    [Fact]
    public Task IncarnationsOnlyRise_OldMasterComesBack_ItsEntriesStayInvalid() => Rule.IsNeededAsync(ProtocolRules.IncarnationsOnlyRise, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        var copy = nodes.Remote.CopyOf(0);
        nodes.Remote.Evict(0);
        await nodes.A.Remove("k");
        await nodes.SettleAsync();
        nodes.Remote.PutBack(0, copy, isNewRun: false);
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        return await nodes.B.Load("k", "new") == "new" && await nodes.A.Load("k", "new") == "new";
    });

    [Fact]
    public Task LostTokens_FailoverForgotTheWrite_TheTokenIsNotReached() => Rule.IsNeededAsync(ProtocolRules.LostTokens, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        var copy = nodes.Remote.CopyOf(0);
        nodes.Deafen(1);
        var token = (await nodes.A.Remove("k")).Token;
        nodes.Remote.PutBack(0, copy, isNewRun: true);
        nodes.Deafen(0);
        await nodes.B.Remove("other");
        return !await nodes.B.WaitForAsync(token, TimeSpan.Zero, Stop) || await nodes.B.Load("k", "new") == "new";
    });

    [Fact]
    public Task TokensOfTheIncarnation_WrittenAfterAnOldMasterCameBack_IsReachedOnlyOnceThatIsKnown() => Rule.IsNeededAsync(ProtocolRules.TokensOfTheIncarnation, static async nodes =>
    {
        var copy = nodes.Remote.CopyOf(0);
        nodes.Remote.Evict(0);
        await nodes.SettleAsync();
        await nodes.B.Load("k", "old");
        nodes.Remote.PutBack(0, copy, isNewRun: true);
        await using var late = nodes.Add();
        await late.Cache.Load("warm", "up");
        var token = (await late.Cache.Remove("k")).Token;
        return !await nodes.B.WaitForAsync(token, TimeSpan.Zero, Stop) || await nodes.B.Load("k", "new") == "new";
    });

    [Fact]
    public Task HeadsOfTheWriter_FailoverForgotTheClear_TheTokenOfAllHeadsIsNotReached() => Rule.IsNeededAsync(ProtocolRules.HeadsOfTheWriter, static async nodes =>
    {
        var place = nodes.Engine(0).Key("", "k").Partition;
        await nodes.A.Load("k", "old");
        var copy = nodes.Remote.CopyOf(place);
        nodes.Remote.Fates = static (_, _) => Fate.Lost;
        var token = (await nodes.A.Clear()).Token;
        nodes.Remote.PutBack(place, copy, isNewRun: true);

        // Nobody has called the new server yet: its head looks as the old one's did.
        return !await nodes.B.WaitForAsync(token, TimeSpan.FromSeconds(1), Stop) || await nodes.B.Load("k", "new") == "new";
    }, static () => new LossyRemote(partitions: 20));

    [Fact]
    public Task MessagesOfTheEraAlone_MessageOfAnotherIncarnationComesLate_IsNotCounted() => Rule.IsNeededAsync(ProtocolRules.MessagesOfTheEraAlone, static async nodes =>
    {
        nodes.Remote.Fates = static (node, _) => node == 1 ? Fate.Late : Fate.Delivered;
        nodes.Remote.Evict(0);
        await nodes.A.Remove("other");
        nodes.Remote.Evict(0);
        nodes.Remote.Fates = static (_, _) => Fate.Delivered;
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        await nodes.B.Load("k", "old");
        nodes.Remote.DeliverLate(1);
        await nodes.A.Remove("k");
        await nodes.SettleAsync();
        return await nodes.B.Load("k", "new") == "new";
    });
}
