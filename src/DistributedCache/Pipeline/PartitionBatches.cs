namespace DistributedCache.Pipeline;

/// <summary>What concerns many keys, in portions of one partition each that one script may name.</summary>
internal static class PartitionBatches
{
    private const int Maximum = 256;

    /// <summary>Items of one partition each, in their order. Counted first: what they are copied into has the size it needs.</summary>
    public static IReadOnlyList<T[]> Of<T>(IReadOnlyCollection<T> items, int partitions, Func<T, int> partitionOf)
    {
        var left = new int[partitions];
        foreach (var item in items) left[partitionOf(item)]++;
        var batches = new List<T[]>(Math.Min(partitions, items.Count));
        var open = new (T[] Items, int Count)[partitions];
        foreach (var item in items)
        {
            var partition = partitionOf(item);
            ref var batch = ref open[partition];
            if (batch.Count == (batch.Items?.Length ?? 0))
            {
                batch = (new T[Math.Min(left[partition], Maximum)], 0);
                batches.Add(batch.Items);
            }

            batch.Items![batch.Count++] = item;
            left[partition]--;
        }

        return batches;
    }
}
