using DistributedCache.Pipeline;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Pipeline;

public class PartitionBatchesTests
{
    private const int Partitions = 4;

    [Property]
    public void Of_AnyItems_EachStandsOnceAmongItsOwnPartitionInItsOrder(int[] numbers)
    {
        var items = numbers.Select(static (number, i) => (Partition: (number & int.MaxValue) % Partitions, Order: i)).ToArray();

        var batches = PartitionBatches.Of(items, Partitions, static item => item.Partition);

        Assert.All(batches, static batch => Assert.Single(batch.Select(static item => item.Partition).Distinct()));
        foreach (var partition in Enumerable.Range(0, Partitions))
            Assert.Equal(items.Where(item => item.Partition == partition), batches.Where(batch => batch[0].Partition == partition).SelectMany(static batch => batch));
    }

    [Theory]
    [InlineData(0, new int[0])]
    [InlineData(256, new[] { 256 })]
    [InlineData(257, new[] { 256, 1 })]
    [InlineData(600, new[] { 256, 256, 88 })]
    public void Of_SoManyOfOnePartition_PutsNoMoreIntoABatchThanAScriptMayName(int count, int[] sizes)
    {
        var batches = PartitionBatches.Of([.. Enumerable.Range(0, count)], Partitions, static _ => 3);

        Assert.Equal(sizes, batches.Select(static batch => batch.Length));
    }
}
