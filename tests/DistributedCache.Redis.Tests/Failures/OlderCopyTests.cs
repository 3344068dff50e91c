using DistributedCache.Keys;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>An operator restores an older copy of what a server held, under running nodes.</summary>
public sealed class OlderCopyTests
{
    private const string Key = "product:1";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restore_OfACopyFromBeforeARemoval_DoesNotBringTheValueBack(bool isOfAnotherIncarnation)
    {
        await using var server = await RedisSingle.StartAsync();
        var application = SharedRedisCluster.NewApplication();
        var loads = new Node.Counter();
        await using var a = new Node(server.ConnectionString, application, OnePartition);
        await using var b = new Node(server.ConnectionString, application, OnePartition);
        await a.LoadAsync(Key, loads, "shown");
        await b.LoadAsync(Key, loads, "shown");
        await using var client = await ConnectionMultiplexer.ConnectAsync(server.ConnectionString + ",allowAdmin=true");
        var database = client.GetDatabase();
        var names = new PartitionNames(application, 1);
        RedisKey[] keys = [.. client.GetServers()[0].Keys(pattern: $"{{{application}:*")];
        var copies = keys.Select(key => (Key: key, Bytes: database.KeyDump(key)!)).ToArray();
        var before = (long)database.HashGet(names.Hash(0), "inc");

        if (isOfAnotherIncarnation) await database.KeyDeleteAsync(names.Hash(0));
        var removed = await a.Cache.RemoveAsync(Key, Stop);
        Assert.Equal(InvalidationStatus.Acknowledged, removed.Status);
        Assert.True(await b.Cache.WaitForAsync(removed.Token, Poll.Deadline, Stop));
        var known = (long)database.HashGet(names.Hash(0), "inc");
        Assert.Equal(isOfAnotherIncarnation, known > before);

        foreach (var copy in copies)
        {
            await database.KeyDeleteAsync(copy.Key);
            await database.KeyRestoreAsync(copy.Key, copy.Bytes);
        }

        await Poll.UntilAsync(() => Task.FromResult((long)database.HashGet(names.Hash(0), "inc") > known), () => "The older copy is trusted.");
        await UntilSharingAsync(a, b);
        Assert.Equal("load 2", (await b.LoadAsync(Key, loads, "shown")).Value);
        Assert.Equal("load 2", (await a.LoadAsync(Key, loads, "shown")).Value);
    }

    /// <summary>Waits until one node takes what the other stored: each has yet to register in an incarnation that the other began.</summary>
    private static Task UntilSharingAsync(Node a, Node b)
    {
        var (loads, keys) = (new Node.Counter(), 0);
        return Poll.UntilAsync(
            async () =>
            {
                var key = $"probe:{keys++}";
                return (await b.LoadAsync(key, loads)).Value == (await a.LoadAsync(key, loads)).Value;
            },
            () => "The nodes do not share what they load.");
    }

    private static void OnePartition(TieredCacheOptions options)
    {
        options.Partitions = 1;
        options.MaxStaleness = TimeSpan.FromSeconds(1);
    }
}
