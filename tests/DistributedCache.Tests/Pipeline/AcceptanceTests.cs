using DistributedCache.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DistributedCache.Tests.Pipeline;

/// <summary>A caller who judges what answers it: what it refuses is loaded again, from every tier, and is that load's stale value.</summary>
public class AcceptanceTests
{
    private static readonly TieredCacheEntryOptions Lasting = new() { Duration = TimeSpan.FromHours(1), StaleFor = TimeSpan.FromHours(1) };

    private static ValueTask<CacheLookup<string>> Ask(TestCache node, string value, Judge judge, List<string?>? stale = null) =>
        node.Services.GetRequiredService<CacheEngine>().Default.GetOrCreateEntryAsync(
            "k",
            (value, stale),
            static (state, load, _) =>
            {
                state.stale?.Add(load.TryGetStale(out string? earlier) ? earlier : null);
                return state.value.Length > 0 ? ValueTask.FromResult(state.value) : ValueTask.FromException<string>(new InvalidOperationException("away"));
            },
            judge,
            Lasting,
            null,
            TestContext.Current.CancellationToken);

    [Fact]
    public async Task GetOrCreate_FreshButRefused_IsLoadedAgainWithTheStaleAtHand()
    {
        await using var node = TestCache.Make();
        await Ask(node, "a", new Judge());
        var stale = new List<string?>();
        Assert.Equal(("a", CacheTier.Local), ((await Ask(node, "b", new Judge(), stale)) is var kept ? kept.Value : "", kept.Tier));
        Assert.Equal(("b", CacheTier.Source), ((await Ask(node, "b", new Judge("a"), stale)) is var loaded ? loaded.Value : "", loaded.Tier));
        Assert.Equal(["a"], stale);
        Assert.Equal("b", (await Ask(node, "c", new Judge("a"))).Value);
    }

    [Fact]
    public async Task GetOrCreate_RefusedInTheSharedTier_IsLoadedAgain()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var remote = new InProcessRemote(timeProvider: time);
        await using var one = TestCache.Make(remote: remote, time: time);
        await using var other = TestCache.Make(remote: remote, time: time);
        await Ask(one, "a", new Judge());
        var stale = new List<string?>();
        Assert.Equal("b", (await Ask(other, "b", new Judge("a"), stale)).Value);
        Assert.Equal(["a"], stale);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetOrCreate_RefusedAndTheLoadFails_StandsInOnlyWhereItMay(bool mayStandIn)
    {
        await using var node = TestCache.Make();
        await Ask(node, "a", new Judge());
        var asking = Ask(node, "", new Judge("a") { StandsIn = mayStandIn }).AsTask();
        if (mayStandIn) Assert.Equal("a", (await asking).Value);
        else await Assert.ThrowsAsync<InvalidOperationException>(() => asking);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GetOrCreate_LoadTakesLongerThanItMay_TellsAllWhoWaitForIt(bool isSoft)
    {
        await using var node = TestCache.Make(o => o.Profiles["Default"].FactorySoftTimeout = isSoft ? TimeSpan.FromSeconds(1) : null);
        await Ask(node, "a", new Judge());
        node.Time.Advance(TimeSpan.FromHours(1));
        Judge[] judges = [new() { StandsIn = true }, new(), new()];
        var source = new TestSource<string>();
        var answers = judges[..2].Select(Load).ToArray();
        node.Time.Advance(isSoft ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(30));
        Assert.Equal(["a", "a"], (await Eventually.DoneAsync(Task.WhenAll(answers))).Select(static answer => answer.Value));

        // And who comes while it still runs.
        if (isSoft) Assert.Equal("a", (await Eventually.DoneAsync(Load(judges[2]))).Value);
        Assert.Equal([true, true, isSoft], judges.Select(static judge => judge.IsOverdue));
        Assert.Equal(1, source.Count);

        Task<CacheLookup<string>> Load(Judge judge) => node.Services.GetRequiredService<CacheEngine>().Default.GetOrCreateEntryAsync(
            "k", source, static (source, load, stop) => source.LoadAsync(load, stop), judge, Lasting, null, CancellationToken.None).AsTask();
    }

    [Fact]
    public async Task GetOrCreate_WhatItWaitedForWasInvalidated_IsJudgedAgainAsFromTheStart()
    {
        await using var node = TestCache.Make();
        var source = new TestSource<string>();
        var leading = Load(new Judge());
        await node.Cache.RemoveTag("named late");
        var judge = new Judge("a");
        var joined = Load(judge);
        await node.Cache.Set("k", "a", Lasting);
        source[0].Context.Tags.Add("named late");
        source[0].Answer("old");
        Assert.Equal("old", (await Eventually.DoneAsync(leading)).Value);

        // What it joined is too old for it, and it refuses what was set meanwhile.
        await Eventually.TrueAsync(() => joined.IsCompleted || source.Count == 2);
        Assert.False(joined.IsCompleted);
        source[1].Answer("b");
        Assert.Equal("b", (await Eventually.DoneAsync(joined)).Value);

        Task<CacheLookup<string>> Load(Judge judge) => node.Services.GetRequiredService<CacheEngine>().Default.GetOrCreateEntryAsync(
            "k", source, static (source, load, stop) => source.LoadAsync(load, stop), judge, Lasting, null, CancellationToken.None).AsTask();
    }

    private sealed class Judge(params string[] refused) : IAcceptance<string>
    {
        public bool StandsIn { get; init; }

        public bool IsOverdue { get; private set; }

        public bool OnlyRenews => false;

        public bool IsFresh(string value) => !refused.Contains(value);

        public bool MayStandIn(string value) => StandsIn;

        public void Overdue() => IsOverdue = true;
    }
}
