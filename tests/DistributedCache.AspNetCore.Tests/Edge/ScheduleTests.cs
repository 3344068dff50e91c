using DistributedCache.Redis.Tests.Servers;
using DistributedCache.Remote;
using DistributedCache.Remote.InProcess;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>The schedules in memory and in Redis keep the same promises.</summary>
public class ScheduleTests
{
    private const int Limit = 100;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    public static TheoryData<string> Kinds => ["memory", "redis"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Claim_DueNames_ComeInTheirOrderAndOnce(string kind)
    {
        await using var schedule = await Opened.OpenAsync(kind);
        await schedule.AddAsync(("second", TimeSpan.FromSeconds(-1)), ("first", TimeSpan.FromSeconds(-2)), ("third", TimeSpan.Zero));

        Assert.Equal(["first", "second"], (await schedule.ClaimAsync(2, Lease)).Names);
        Assert.Equal(["third"], (await schedule.ClaimAsync(2, Lease)).Names);
        Assert.Empty((await schedule.ClaimAsync(2, Lease)).Names);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Claim_NothingDue_SaysWhenTheNextIs(string kind)
    {
        await using var schedule = await Opened.OpenAsync(kind);
        await schedule.AddAsync(("a", TimeSpan.FromSeconds(50)));

        var claimed = await schedule.ClaimAsync(10, Lease);

        Assert.Empty(claimed.Names);
        Assert.InRange(claimed.Next!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(50));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Claim_NoNames_SaysThatThereIsNone(string kind)
    {
        await using var schedule = await Opened.OpenAsync(kind);

        Assert.Null((await schedule.ClaimAsync(10, Lease)).Next);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Claim_ClaimHasEnded_ComesAgain(string kind)
    {
        await using var schedule = await Opened.OpenAsync(kind);
        await schedule.AddAsync(("a", TimeSpan.Zero));
        await schedule.ClaimAsync(10, TimeSpan.Zero);

        Assert.Equal(["a"], (await schedule.ClaimAsync(10, Lease)).Names);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Complete_Claimed_AreGone(string kind)
    {
        await using var schedule = await Opened.OpenAsync(kind);
        await schedule.AddAsync(("a", TimeSpan.Zero), ("b", TimeSpan.Zero));

        await schedule.CompleteAsync(await schedule.ClaimAsync(10, Lease));

        Assert.Null((await schedule.ClaimAsync(10, Lease)).Next);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Complete_NameAddedAnewSince_Stays(string kind)
    {
        await using var schedule = await Opened.OpenAsync(kind);
        await schedule.AddAsync(("a", TimeSpan.Zero), ("b", TimeSpan.Zero));
        var claimed = await schedule.ClaimAsync(10, Lease);
        await schedule.AddAsync(("b", TimeSpan.Zero));

        await schedule.CompleteAsync(claimed);

        Assert.Equal(["b"], (await schedule.ClaimAsync(10, Lease)).Names);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Add_MoreThanTheLimit_AddsNone(string kind)
    {
        await using var schedule = await Opened.OpenAsync(kind);
        Assert.True(await schedule.AddAsync([.. Enumerable.Range(0, Limit - 1).Select(static i => ($"{i}", TimeSpan.Zero))]));

        Assert.False(await schedule.AddAsync(("x", TimeSpan.Zero), ("y", TimeSpan.Zero)));
        Assert.True(await schedule.AddAsync(("0", TimeSpan.Zero), ("x", TimeSpan.Zero)));
        Assert.Equal(Limit, (await schedule.ClaimAsync(1_000, Lease)).Names.Count);
    }

    private sealed class Opened(IRemoteSchedule schedule, RedisSingle? redis, EdgeHost? host) : IAsyncDisposable
    {
        public static async Task<Opened> OpenAsync(string kind)
        {
            if (kind == "memory") return new Opened(new InProcessSchedule(TimeProvider.System), null, null);
            var redis = await RedisSingle.StartAsync();
            var host = await EdgeHost.StartAsync(b => b.UseRedis(redis.ConnectionString + Patience.OfTheClient));
            return new Opened(host.Services.GetRequiredService<IRemoteSchedule>(), redis, host);
        }

        public ValueTask<bool> AddAsync(params (string Name, TimeSpan Delay)[] names) => schedule.AddAsync("list", names, Limit, TestContext.Current.CancellationToken);

        public ValueTask<ClaimedNames> ClaimAsync(int count, TimeSpan lease) => schedule.ClaimAsync("list", count, lease, TestContext.Current.CancellationToken);

        public ValueTask CompleteAsync(ClaimedNames claimed) => schedule.CompleteAsync("list", claimed, TestContext.Current.CancellationToken);

        public async ValueTask DisposeAsync()
        {
            if (host is not null) await host.DisposeAsync();
            if (redis is not null) await redis.DisposeAsync();
        }
    }
}
