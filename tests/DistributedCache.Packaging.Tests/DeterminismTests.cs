namespace DistributedCache.Packaging.Tests;

/// <summary>The same sources make the same assembly.</summary>
public class DeterminismTests(PackedFeed feed)
{
    public static TheoryData<string> Ids => [.. Repository.Packed];

    [Theory]
    [MemberData(nameof(Ids))]
    public async Task Assembly_PackedTwice_IsTheSame(string id)
    {
        var first = feed.Open(id);
        var again = await feed.OpenAgainAsync(id);
        var assembly = $"lib/net10.0/{id}.dll";

        Assert.Equal(first.HashOf(assembly), again.HashOf(assembly));
    }
}
