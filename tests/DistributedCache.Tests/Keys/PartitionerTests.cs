using System.Text;
using DistributedCache.Keys;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Keys;

public class PartitionerTests
{
    [Property(MaxTest = 1000)]
    public FsCheck.Property Of_TenantAndName_IsTheChecksumOfTheDocumentedText() =>
        Prop.ForAll(
            Gen.Choose(1, Partitioner.MaxPartitions).ToArbitrary(), Texts.Tenant.ToArbitrary(), Texts.Key.ToArbitrary(),
            (partitions, tenant, name) =>
            {
                var partitioner = new Partitioner(partitions);
                var text = Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetByteCount(tenant)}:{tenant}:{name}");
                var expected = Crc16.Append(0, text) % partitions;
                Assert.InRange(expected, 0, partitions - 1);
                Assert.Equal(expected, partitioner.OfKey(tenant, name));
                Assert.Equal(expected, partitioner.OfTag(tenant, name));
                Assert.Equal(expected, partitioner.OfPrefix(tenant, name));
                Assert.Equal(expected, partitioner.Of(Partitioner.Checksum(tenant), name));
            });

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(16_385)]
    public void New_OutOfRange_Throws(int partitions) =>
        Assert.Equal(partitions, Assert.Throws<ArgumentOutOfRangeException>(() => new Partitioner(partitions)).ActualValue);

    [Fact]
    public void OfKey_LongKeyOfAnyScript_AllocatesNothing()
    {
        var partitioner = new Partitioner(64);
        var key = string.Concat(Enumerable.Repeat("aé𝒳", 5000));
        var expected = partitioner.OfKey("acmé", key);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var actual = partitioner.OfKey("acmé", key);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void OfKey_SerialKeys_SpreadOverAllPartitions()
    {
        var partitioner = new Partitioner(64);
        var counts = new int[64];
        for (var i = 0; i < 64_000; i++)
            counts[partitioner.OfKey("", $"product:{i}")]++;
        Assert.All(counts, count => Assert.InRange(count, 800, 1200));
    }
}
