using DistributedCache.Keys;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace DistributedCache.Tests.Keys;

public class PartitionNamesTests
{
    [Fact]
    public void Names_OfAPartition_HaveTheDocumentedForm()
    {
        var names = new PartitionNames("shop", 64);
        var p = names.Tag(3);
        Assert.Matches(@"^\{shop:3\.\d+\}$", p);
        Assert.Equal($"{p}m", names.Hash(3));
        Assert.Equal($"{p}i", names.Log(3));
        Assert.Equal($"{p}c", names.Channel(3));
        Assert.Equal($"{p}e:1.4.0:5:acmé:user:42", names.Entry(3, "1.4.0", "acmé", "user:42"));
        Assert.Equal($"{p}l:1.4.0:0::user:42", names.Lease(3, "1.4.0", "", "user:42"));
        Assert.Equal($"{p}d:4:acme:user:42", names.Primary(3, "acme", "user:42"));
        Assert.Equal("{shop}config", names.Config);
    }

    // What is written under a name must be found under it by every later release.
    [Fact]
    public void Tags_OfAFixedApplication_NeverChange()
    {
        var names = new PartitionNames("shop", 4);
        Assert.Equal(["{shop:0.0}", "{shop:1.2}", "{shop:2.0}", "{shop:3.2}"], Enumerable.Range(0, 4).Select(names.Tag));
    }

    // Whoever has another number of partitions is to find them too.
    [Fact]
    public void ConfigCopies_WhateverTheNumberOfPartitions_AreTheSame()
    {
        var copies = new PartitionNames("shop", 4).ConfigCopies;
        Assert.Equal(new PartitionNames("shop", 16).ConfigCopies, copies);
        Assert.Equal([.. Enumerable.Range(0, 16).Select(i => new PartitionNames("shop", 16).Tag(i) + "config")], copies);
    }

    [Property(MaxTest = 20)]
    public FsCheck.Property Tags_AnyApplicationAndNumber_LieInTheirPartWithTheSmallestSuffix() =>
        Prop.ForAll(Texts.Application.ToArbitrary(), Gen.Choose(1, 300).ToArbitrary(), AssertInTheirParts);

    [Fact]
    public void Tags_AsManyAsSlots_LieInTheirPart()
    {
        var names = new PartitionNames("shop", Partitioner.MaxPartitions);
        for (var i = 0; i < names.Count; i++)
            Assert.Equal(i, names.Slot(i));
    }

    [Property(MaxTest = 200)]
    public FsCheck.Property Tags_AnyContiguousMasters_ShareEvenly() =>
        Prop.ForAll(
            Texts.Application.ToArbitrary(), Gen.Choose(16, 256).ToArbitrary(), Gen.Choose(2, 16).ToArbitrary(),
            (application, partitions, masters) =>
            {
                var names = new PartitionNames(application, partitions);
                var shares = new int[masters];
                for (var i = 0; i < partitions; i++)
                    shares[names.Slot(i) * masters / Crc16.Slots]++;
                Assert.All(shares, share => Assert.InRange(
                    share, partitions / masters - 1, (partitions + masters - 1) / masters + 1));
            });

    [Property(MaxTest = 5000)]
    public FsCheck.Property Names_OfTwoThings_AreEqualOnlyIfTheThingsAre()
    {
        var names = new PartitionNames("shop", 4);
        var thing =
            from kind in Gen.Elements('e', 'l', 'd')
            from version in Texts.Version
            from tenant in Texts.Any(3)
            from key in Texts.Any(3)
            select (kind, version: kind == 'd' ? "" : version, tenant, key);
        return Prop.ForAll(thing.ToArbitrary(), thing.ToArbitrary(), (a, b) =>
            Assert.Equal(a == b, Name(names, a) == Name(names, b)));
    }

    // Every tenant and key of up to four characters of the two that could shift the border between them.
    [Fact]
    public void Names_OfEverythingShort_AreDistinct()
    {
        var names = new PartitionNames("shop", 1);
        var seen = new HashSet<string>();
        foreach (var tenant in Short())
        {
            foreach (var key in Short())
            {
                foreach (var version in (string[])["1", "_", "1.0"])
                {
                    Assert.True(seen.Add(names.Entry(0, version, tenant, key)));
                    Assert.True(seen.Add(names.Lease(0, version, tenant, key)));
                }
                Assert.True(seen.Add(names.Primary(0, tenant, key)));
            }
        }
        Assert.DoesNotContain(names.Hash(0), seen);
        Assert.DoesNotContain(names.Log(0), seen);
    }

    [Theory]
    [InlineData("")]
    [InlineData("my shop")]
    [InlineData("shop}")]
    [InlineData("a:b")]
    public void New_BadApplication_SaysWhatIsAllowed(string application)
    {
        var error = Assert.Throws<ArgumentException>(() => new PartitionNames(application, 1));
        Assert.Contains("A-Z, a-z, 0-9, '.', '_' and '-'", error.Message, StringComparison.Ordinal);
    }

    internal static IEnumerable<string> Short()
    {
        string[] level = [""];
        for (var length = 0; length <= 4; length++)
        {
            foreach (var text in level)
                yield return text;
            level = [.. level.SelectMany(t => (string[])[t + ":", t + "1"])];
        }
    }

    private static void AssertInTheirParts(string application, int partitions)
    {
        var names = new PartitionNames(application, partitions);
        for (var i = 0; i < partitions; i++)
        {
            var expected = Enumerable.Range(0, int.MaxValue).Select(k => $"{{{application}:{i}.{k}}}")
                .First(tag => (long)Crc16.HashSlot(tag) is var slot
                    && slot >= (long)i * Crc16.Slots / partitions && slot < (i + 1L) * Crc16.Slots / partitions);
            Assert.Equal(expected, names.Tag(i));
            Assert.Equal(Crc16.HashSlot(expected), names.Slot(i));
            Assert.Equal(names.Slot(i), Crc16.HashSlot(names.Entry(i, "1", "t}", "{k}")));
        }
    }

    private static string Name(PartitionNames names, (char Kind, string Version, string Tenant, string Key) thing)
    {
        var partition = names.Partitioner.OfKey(thing.Tenant, thing.Key);
        return thing.Kind switch
        {
            'e' => names.Entry(partition, thing.Version, thing.Tenant, thing.Key),
            'l' => names.Lease(partition, thing.Version, thing.Tenant, thing.Key),
            _ => names.Primary(partition, thing.Tenant, thing.Key),
        };
    }
}
