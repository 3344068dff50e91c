namespace DistributedCache.Packaging.Tests;

/// <summary>The same sources make the same assembly.</summary>
public class DeterminismTests(PackedFeed feed)
{
    public static TheoryData<string> Projects => [.. Repository.PackedProjects];

    [Theory]
    [MemberData(nameof(Projects))]
    public async Task Assembly_PackedTwice_IsTheSame(string project)
    {
        var first = feed.Open(project);
        var again = Package.Open(await feed.PackAgainAsync(project), first.Id, feed.Version);
        var assembly = $"lib/net10.0/{first.Id}.dll";

        Assert.Equal(first.HashOf(assembly), again.HashOf(assembly));
    }
}
