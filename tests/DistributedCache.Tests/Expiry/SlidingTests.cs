using DistributedCache.Tests.Pipeline;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Expiry;

/// <summary>A sliding entry lives at least its window after the last read and at most a tenth more, and never past its duration.</summary>
public class SlidingTests
{
    private const int Window = 1_000;
    private const int Duration = 20_000;

    [Property(MaxTest = 150, EndSize = 60)]
    public Task GetAsync_RandomPauses_KeepsTheWindowInL1(ushort[] pauses) => RunAsync(pauses, isRemote: false, null, 0);

    [Property(MaxTest = 100, EndSize = 60)]
    public Task GetAsync_RandomPauses_KeepsTheWindowInL2(ushort[] pauses) => RunAsync(pauses, isRemote: true, null, 0);

    [Property(MaxTest = 100, EndSize = 60)]
    public Task GetAsync_RandomPausesWithACap_OutlivesTheWindowByTheCapAtMost(ushort[] pauses) =>
        RunAsync(pauses, isRemote: true, TimeSpan.FromMilliseconds(300), 300);

    private static async Task RunAsync(ushort[] pauses, bool isRemote, TimeSpan? cap, int slack)
    {
        await using var two = TwoNodes.Make(isRemote);
        var options = new TieredCacheEntryOptions { Sliding = TimeSpan.FromMilliseconds(Window), Duration = TimeSpan.FromMilliseconds(Duration), LocalDuration = cap };
        await two.A.Set("a", 1, options);
        var (now, lastRead) = (0L, 0L);
        for (var i = 0; i < pauses.Length; i++)
        {
            // FsCheck's numbers are small: spread over what is short of the window and what is not.
            var pause = pauses[i] * 97 % 1_200;
            now += pause;
            two.Time.Advance(TimeSpan.FromMilliseconds(pause));
            var reader = isRemote && pauses[i] % 2 == 1 ? two.B : two.A;
            var found = await reader.Find<int>("a", options);
            if (now >= Duration) Assert.False(found.HasValue, "It is past its duration.");
            else if (pause < Window) Assert.True(found.HasValue, $"{pause} ms after a read it was gone, at {now}.");
            else if (pause >= Window * 11 / 10 + slack) Assert.False(found.HasValue, $"{pause} ms after a read it was there, at {now}.");
            if (!found.HasValue) return;
            lastRead = now;
        }

        Assert.True(lastRead <= now);
    }

    [Fact]
    public async Task GetOrCreateAsync_SlidingWithRemoteTier_SkipsL1UnlessCapped()
    {
        await using var two = TwoNodes.Make();
        var options = new TieredCacheEntryOptions { Sliding = TimeSpan.FromMinutes(1) };
        await two.A.Load("a", 1, options);
        Assert.Equal(CacheTier.Remote, (await two.A.Find<int>("a")).Tier);
        var capped = new TieredCacheEntryOptions { Sliding = TimeSpan.FromMinutes(1), LocalDuration = TimeSpan.FromSeconds(5) };
        await two.A.Load("b", 1, capped);
        Assert.Equal(CacheTier.Local, (await two.A.Find<int>("b", capped)).Tier);
    }

    [Fact]
    public async Task Session_ReadOnEitherNode_LivesOn()
    {
        await using var two = TwoNodes.Make(configure: o => o.Profiles["session"] = new() { Keys = ["s:"] });
        await two.A.Set("s:1", "x");
        for (var i = 0; i < 12; i++)
        {
            two.Time.Advance(TimeSpan.FromMinutes(15));
            Assert.Equal("x", (await (i % 2 == 0 ? two.B : two.A).Find<string>("s:1")).Value);
        }

        two.Time.Advance(TimeSpan.FromMinutes(22));
        Assert.False((await two.A.Find<string>("s:1")).HasValue);
    }
}
