using DistributedCache.Coherence;

namespace DistributedCache.Tests.Coherence;

public class StampPoolTests(ITestOutputHelper output)
{
    private const int Partitions = 32;

    private readonly Random _random = Seeded(output);

    [Theory]
    [InlineData(0)]
    [InlineData(20_000)]
    public void Find_SetsOfEveryPartitionReadInTurn_ForgetsNone(int outdated)
    {
        // Many pools: in a single one even a table that is too narrow may have no two that are in each other's way.
        for (var round = 0; round < 40; round++)
        {
            var pool = UsedPool(outdated);
            var sets = Enumerable.Range(0, Partitions).Select(Set).ToArray();
            var bytes = sets.Select(_ => Bytes()).ToArray();
            for (var i = 0; i < sets.Length; i++) pool.Remember(bytes[i], sets[i]);

            Assert.All(sets, (set, i) => Assert.Same(set, pool.Find(bytes[i], "", i, set.Incarnation, set.Generation)));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20_000)]
    public void Share_SetsOfEveryPartitionInTurn_KeepsEach(int outdated)
    {
        for (var round = 0; round < 40; round++)
        {
            var pool = UsedPool(outdated);
            var origins = Enumerable.Range(0, Partitions).Select(Origin).ToArray();
            var sets = Array.ConvertAll(origins, origin => pool.Share(origin, []));

            Assert.All(sets, (set, i) => Assert.Same(set, pool.Share(origins[i], [])));
        }
    }

    [Fact]
    public void Share_MoreSetsThanThereIsRoomFor_AnswersWhatWasGiven()
    {
        var pool = new StampPool();
        for (var i = 0; i < 20_000; i++)
        {
            var origin = Origin(i);
            Assert.True(pool.Share(origin, []).Has(origin, []));
        }
    }

    [Theory]
    [InlineData("other", 3, 7, 1)]
    [InlineData("", 4, 7, 1)]
    [InlineData("", 3, 8, 1)]
    [InlineData("", 3, 7, 2)]
    public void Find_BytesOfAnotherTenantPartitionIncarnationOrGeneration_FindsNothing(string tenant, int partition, long incarnation, int generation)
    {
        var pool = new StampPool();
        var bytes = Bytes();
        var set = new StampSet(new StampOrigin("", 3, 7, 1), []);
        pool.Remember(bytes, set);

        Assert.Null(pool.Find(bytes, tenant, partition, incarnation, generation));
        Assert.Same(set, pool.Find(bytes, "", 3, 7, 1));
    }

    private static Random Seeded(ITestOutputHelper output)
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    /// <summary>A pool that has had so many sets before, of which nobody asks any more.</summary>
    private StampPool UsedPool(int outdated)
    {
        var pool = new StampPool();
        for (var i = 0; i < outdated; i++) pool.Remember(Bytes(), pool.Share(Origin(i), []));
        return pool;
    }

    private StampOrigin Origin(int partition) => new("", partition, _random.NextInt64(1, 1L << 50), 1);

    private StampSet Set(int partition) => new(Origin(partition), []);

    private byte[] Bytes()
    {
        var bytes = new byte[24];
        _random.NextBytes(bytes);
        return bytes;
    }
}
