using System.Text.Json;
using DistributedCache.Keys;
using StackExchange.Redis;

namespace DistributedCache.Benchmarks.Quick.Remote;

/// <summary>A thousand keys at once.</summary>
internal static class RemoteBulk
{
    private const int Count = 1_000;
    private const int Rounds = 21;

    private static readonly TimeSpan TurnTime = TimeSpan.FromMilliseconds(80);

    public static async Task<IEnumerable<Target>> RunAsync(ITieredCache cache, IDatabase floor)
    {
        var names = new PartitionNames("floor", 64);
        string[] keys = [.. Enumerable.Range(0, Count).Select(static i => $"page:{i}")];
        var byPartition = keys.GroupBy(key => names.Partitioner.OfKey("", key))
            .Select(group => group.Select(key => (RedisKey)names.Entry(group.Key, "bench", "", key)).ToArray()).ToArray();
        KeyValuePair<string, Page>[] values = [.. keys.Select(static (key, i) => KeyValuePair.Create(key, Page.Make(i)))];
        RedisKey[] flat = [.. byPartition.SelectMany(static group => group)];
        await WriteBareAsync();
        await cache.SetManyAsync(values);

        var reads = await Turns.MeasureAsync([new("MGET a partition and JSON", _ => ReadBareAsync()), new("GetManyAsync", _ => ReadOursAsync())], 1, Rounds, TurnTime);
        Report.Hits("1,000 keys read, L1 skipped", reads);
        var writes = await Turns.MeasureAsync([new("pipelined SETs and JSON", _ => WriteBareAsync()), new("SetManyAsync", _ => WriteOursAsync())], 1, Rounds, TurnTime);
        Report.Hits("1,000 keys written", writes);
        return
        [
            new("GetManyAsync of 1,000, time", reads[1].Ratio, 1.5, "x MGET a partition"),
            new("SetManyAsync of 1,000, time", writes[1].Ratio, 3.5, "x pipelined SETs"),
        ];

        async Task ReadBareAsync()
        {
            foreach (var found in await Task.WhenAll(byPartition.Select(group => floor.StringGetAsync(group))))
            {
                foreach (var value in found) _ = JsonSerializer.Deserialize<Page>((byte[])value!);
            }
        }

        async Task ReadOursAsync()
        {
            var found = await cache.GetManyAsync<Page>(keys, RemoteNodes.RemoteOnly);
            if (found.Count != Count || !found[keys[0]].HasValue) throw new InvalidOperationException($"{found.Count} of {Count} keys were found.");
        }

        Task WriteBareAsync() => Task.WhenAll(flat.Select((key, i) => floor.StringSetAsync(key, JsonSerializer.SerializeToUtf8Bytes(values[i].Value), TimeSpan.FromHours(1))));

        async Task WriteOursAsync() => await cache.SetManyAsync(values);
    }
}
