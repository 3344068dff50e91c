using DistributedCache.Local;

namespace DistributedCache.Tests.Local;

/// <summary>Checks the store's internals against each other; only while no other thread writes.</summary>
internal static class StoreInvariants
{
    public static LocalEntry New(string key, int weight = 100, byte region = 0, long deadline = long.MaxValue) =>
        new(key, new object(), weight, region) { Deadline = deadline };

    public static void Validate(this LocalStore store)
    {
        var indexed = new HashSet<LocalEntry>();
        var keys = new HashSet<string>();
        for (var bucket = 0; bucket < store.Index.BucketCount; bucket++)
        {
            for (var entry = store.Index.FirstLocked(bucket); entry is not null; entry = entry.Next)
            {
                Assert.True(indexed.Add(entry), $"'{entry.Key}' is linked twice.");
                Assert.True(keys.Add(entry.Key), $"Key '{entry.Key}' is there twice.");
                Assert.Equal(KeyHash.Compute(entry.Key), entry.Hash);
                Assert.Equal(bucket, entry.Hash & (store.Index.BucketCount - 1));
                Assert.Equal(EntryState.Live, entry.State);
            }
        }

        Assert.Equal(indexed.Count, store.Index.Count);
        Assert.InRange(indexed.Count, 0, store.Index.BucketCount);

        var queued = new HashSet<LocalEntry>();
        for (var i = 0; i < store.Regions.Count; i++)
            ValidateRegion(store.Regions[i], (byte)i, queued);

        Assert.True(indexed.SetEquals(queued), "Index and queues hold different entries.");
        Assert.Equal(indexed.Count, store.Count);
        Assert.Equal(indexed.Sum(e => (long)e.Weight), store.Bytes);
    }

    private static void ValidateRegion(Region region, byte index, HashSet<LocalEntry> queued)
    {
        var (bytes, count) = (0L, 0);
        for (var i = 0; i < region.Queues.Length; i++)
        {
            var queue = region.Queues[i];
            var (queueBytes, live, dead) = (0L, 0, 0);
            for (var entry = queue.Head; entry is not null; entry = entry.QueueNext)
            {
                if (entry.State == EntryState.Dead)
                {
                    dead++;
                    continue;
                }

                Assert.True(queued.Add(entry), $"'{entry.Key}' is queued twice.");
                Assert.Equal(index, entry.Region);
                Assert.Equal(i, entry.Queue);
                queueBytes += entry.Weight;
                live++;
            }

            Assert.Equal((queueBytes, live, dead), (queue.Bytes, queue.Count, queue.DeadCount));
            bytes += queueBytes;
            count += live;
        }

        Assert.Equal((bytes, count), (region.Bytes, region.Count));
        Assert.InRange(region.Bytes, 0, region.Budget);
    }
}
