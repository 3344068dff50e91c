using DistributedCache.Coherence;
using DistributedCache.Tests.Remote;
using DistributedCache.Tests.TieredOptions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Tests.Coherence;

/// <summary>Two versions that are in use side by side for an hour are named.</summary>
public class VersionOverlapTests
{
    private const long Minute = 60_000;

    private readonly List<string> _told = [];

    [Fact]
    public void Look_OtherIsAnnouncedForAnHour_IsToldOnce()
    {
        var overlap = new VersionOverlap(_told.Add);
        for (var minute = 0; minute < 60; minute += 10) overlap.Look(["2"], At(("2", minute), ("1", minute)), minute * Minute);
        Assert.Empty(_told);
        for (var minute = 60; minute < 300; minute += 10) overlap.Look(["2"], At(("2", minute), ("1", minute)), minute * Minute);
        Assert.Equal(["1"], _told);
    }

    [Fact]
    public void Look_OtherEndsWithinTheHour_IsNotTold()
    {
        var overlap = new VersionOverlap(_told.Add);
        for (var minute = 0; minute < 300; minute += 10) overlap.Look(["2"], At(("1", Math.Min(minute, 50))), minute * Minute);
        Assert.Empty(_told);
    }

    [Fact]
    public void Look_OtherComesBackLater_BeginsAnew()
    {
        var overlap = new VersionOverlap(_told.Add);
        overlap.Look(["2"], At(("1", 0)), 0);
        for (var minute = 90; minute < 150; minute += 10) overlap.Look(["2"], At(("1", minute)), minute * Minute);
        Assert.Empty(_told);
        overlap.Look(["2"], At(("1", 150)), 150 * Minute);
        Assert.Equal(["1"], _told);
    }

    [Fact]
    public void Look_OwnVersionsAndThoseOfProfilesWithout_AreNotTold()
    {
        var overlap = new VersionOverlap(_told.Add);
        for (var minute = 0; minute < 300; minute += 10) overlap.Look(["2", "own"], At(("2", minute), ("own", minute), ("_", minute)), minute * Minute);
        Assert.Empty(_told);
    }

    [Fact]
    public async Task Nodes_OfTwoVersionsForAnHour_WarnNamingBoth()
    {
        var logs = new RecordedLogs();
        await using var nodes = new LossyNodes(1, o => o.Version = "1");
        await using var other = nodes.Add(o => o.Version = "2", services => services.AddLogging(logging => logging.AddProvider(logs)));
        for (var minute = 0; minute < 50; minute++) nodes.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Empty(logs.Of(15));
        for (var minute = 0; minute < 50; minute++) nodes.Time.Advance(TimeSpan.FromMinutes(1));
        var line = Assert.Single(logs.Of(15));
        Assert.Contains("Version 1 of", line, StringComparison.Ordinal);
        Assert.Contains("version 2", line, StringComparison.Ordinal);
    }

    private static Dictionary<string, long> At(params (string Version, long Minute)[] announced) =>
        announced.ToDictionary(static a => a.Version, static a => a.Minute);
}
