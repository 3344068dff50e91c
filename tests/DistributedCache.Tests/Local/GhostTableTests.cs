using DistributedCache.Local;

namespace DistributedCache.Tests.Local;

/// <summary>The ghosts are the recently evicted: remembered once, forgotten in about the order they came.</summary>
public class GhostTableTests
{
    private const int Capacity = 1_000;

    [Fact]
    public void Remove_OfARecentHash_IsTrueOnce()
    {
        var (ghosts, hashes) = Fill(Capacity);
        var recent = hashes[^200..];

        Assert.InRange(recent.Count(ghosts.Remove), 195, 200);
        Assert.InRange(recent.Count(ghosts.Remove), 0, 2);
    }

    [Fact]
    public void Remove_OfAHashLongGoneOrNeverSeen_IsFalse()
    {
        var (ghosts, hashes) = Fill(10 * Capacity);

        Assert.InRange(hashes[..(5 * Capacity)].Count(ghosts.Remove), 0, 50);
        var random = new Random(99);
        Assert.InRange(Enumerable.Range(0, 5 * Capacity).Count(_ => ghosts.Remove(random.Next(int.MinValue, int.MaxValue))), 0, 20);
    }

    [Fact]
    public void Add_WithAGrowingAndShrinkingCapacity_KeepsWhatItKnows()
    {
        var (ghosts, hashes) = Fill(Capacity);
        ghosts.Add(1, 3 * Capacity);

        Assert.InRange(ghosts.Capacity, 3 * Capacity, 4 * Capacity);
        Assert.InRange(hashes[^200..].Count(ghosts.Remove), 150, 200);

        ghosts.Add(1, Capacity);
        Assert.InRange(ghosts.Capacity, Capacity, 2 * Capacity);
        Assert.True(ghosts.Remove(1));
    }

    private static (GhostTable Ghosts, int[] Hashes) Fill(int count)
    {
        var random = new Random(17);
        var hashes = Enumerable.Range(0, count).Select(_ => random.Next(int.MinValue, int.MaxValue)).ToArray();
        var ghosts = new GhostTable();
        foreach (var hash in hashes)
            ghosts.Add(hash, Capacity);
        return (ghosts, hashes);
    }
}
