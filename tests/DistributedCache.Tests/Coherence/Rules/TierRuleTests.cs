using DistributedCache.Tests.Pipeline;
using DistributedCache.Tests.Remote;

namespace DistributedCache.Tests.Coherence.Rules;

/// <summary>What the tier does within one step, so that nothing invalidated is stored there or given out again.</summary>
public class TierRuleTests
{
    [Fact]
    public Task EveryVersion_AnotherVersionRemovesAKey_ItsValueDoesNotComeBack() => Rule.IsNeededAsync(TierRules.EveryVersion, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        await using var newer = nodes.Add(static o => o.Version = "2");
        await newer.Cache.Load("warm", "up");
        await newer.Cache.Remove("k");
        return await nodes.B.Load("k", "new") == "new";
    }, null, static o => o.Version = "1");

    [Fact]
    public Task ExpiryEndsLeases_KeyIsExpiredWhileItIsLoaded_TheLoadIsNotStored() => Rule.IsNeededAsync(TierRules.ExpiryEndsLeases, static async nodes =>
    {
        var source = new TestSource<string>();
        var loading = nodes.A.Load("k", source).AsTask();
        await Eventually.TrueAsync(() => source.Count == 1);
        await nodes.B.Expire("k");
        source[0].Answer("old");
        await Eventually.DoneAsync(loading);
        return await nodes.B.Load("k", "new") == "new";
    });

    [Fact]
    public Task SetsAreFenced_RemovedWhileItIsOnItsWay_IsRefused() => Rule.IsNeededAsync(TierRules.SetsAreFenced, static async nodes =>
    {
        var send = nodes.Remote.Delay("Set");
        var setting = nodes.B.Set("k", "old").AsTask();
        await nodes.A.Remove("k");

        // Nor does it win later: its caller has waited for so long that others may know better.
        nodes.Time.Advance(TimeSpan.FromSeconds(10));
        send();
        await Eventually.DoneAsync(setting);
        return await nodes.A.Load("k", "new") == "new";
    });

    [Fact]
    public Task RejectedIsNotAnswered_EntryOfAnInvalidatedTag_IsLoadedAnew() => Rule.IsNeededAsync(TierRules.RejectedIsNotAnswered, static async nodes =>
    {
        await nodes.A.Load("k", "old", null, "t");
        await nodes.A.RemoveTag("t");
        var asked = 0;
        nodes.Remote.Fails = step => step == "Lease" && ++asked > 10;
        await nodes.B.Load("k", "new", null, "t");
        return asked == 1;
    });

    [Fact]
    public Task FillsUnderLease_RemovedWhileARefreshRuns_ItsValueIsNotStored() => Rule.IsNeededAsync(TierRules.FillsUnderLease, static async nodes =>
    {
        await nodes.A.Load("k", "older");
        nodes.Time.Advance(TimeSpan.FromMinutes(90));
        await nodes.SettleAsync();
        var source = new TestSource<string>();
        Assert.Equal("older", (await nodes.A.Entry("k", source)).Value);
        await Eventually.TrueAsync(() => source.Count == 1);
        await nodes.B.Remove("k");
        source[0].Answer("old");
        await Eventually.TrueAsync(() => nodes.Engine(0).Flights.Count == 0);
        return await nodes.B.Load("k", "new") == "new";
    }, null, static o =>
    {
        o.Profiles["Default"].StaleFor = TimeSpan.FromHours(5);
        o.Profiles["Default"].FactorySoftTimeout = TimeSpan.Zero;
    });

    [Fact]
    public Task MastersAlone_MasterDoesNotAnswerAndItsReplicaIsBehind_NothingOfTheReplicaIsServed() => Rule.IsNeededAsync(TierRules.MastersAlone, static async nodes =>
    {
        await nodes.A.Load("k", "old");
        nodes.Remote.Replicate(0);
        await nodes.A.Remove("k");
        nodes.Remote.Fails = static step => step == "Get";
        return await nodes.B.Load("k", "new") == "new";
    });

    [Fact]
    public Task PruningRaisesFloor_TagIsForgotten_ItsEntriesStayInvalid() => Rule.IsNeededAsync(TierRules.PruningRaisesFloor, static async nodes =>
    {
        await nodes.A.Load("k", "old", null, "t");
        await nodes.A.RemoveTag("t");
        nodes.Remote.Prune(0);
        await using var late = nodes.Add();
        return await late.Cache.Load("k", "new", null, "t") == "new";
    }, static () => new LossyRemote(partitions: 1) { SendsMarks = false });

    [Fact]
    public Task ErasAreApart_SecondFailoverForgetsTheFirstOnesEra_ItsNumbersAreNotGivenOutAgain() => Rule.IsNeededAsync(TierRules.ErasAreApart, static async nodes =>
    {
        await nodes.B.Load("k", "old");
        var copy = nodes.Remote.CopyOf(0);
        nodes.Deafen(0);
        nodes.Remote.FailOver(0);
        await nodes.B.Remove("other");
        nodes.Remote.PutBack(0, copy, isNewRun: true);
        nodes.Deafen(1);
        await nodes.A.Remove("k");
        await nodes.SettleAsync();
        await nodes.SettleAsync();
        return await nodes.B.Load("k", "new") == "new";
    });
}
