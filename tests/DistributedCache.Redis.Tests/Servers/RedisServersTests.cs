using StackExchange.Redis;

namespace DistributedCache.Redis.Tests.Servers;

public sealed class RedisServersTests(SharedRedisCluster shared)
{
    [Fact]
    public async Task Cluster_Started_EveryMasterTakesAWrite()
    {
        await using var client = await ConnectionMultiplexer.ConnectAsync(shared.ConnectionString);
        var application = SharedRedisCluster.NewApplication();

        var masters = new HashSet<RedisProcess>();
        for (var i = 0; i < 64; i++)
        {
            var key = $"{{{application}:{i}}}";
            Assert.True(await client.GetDatabase().StringSetAsync(key, i));
            masters.Add(await shared.Cluster.MasterOfAsync(key));
        }

        Assert.Equal(3, masters.Count);
    }

    [Fact]
    public async Task Cluster_MasterKilled_ItsReplicaTakesTheSlots()
    {
        await using var cluster = await RedisCluster.StartAsync(nodeTimeout: 1000);
        var master = await cluster.MasterOfAsync("key");
        var replica = Assert.Single(await cluster.ReplicasOfAsync(master));

        await master.KillAsync();

        Assert.Same(replica, await cluster.MasterOfAsync("key"));
        await Poll.UntilAsync(async () => await replica.ExecuteAsync("SET", "key", "value") is "OK", replica.LogTail);

        await cluster.HealAsync();
        Assert.Same(master, Assert.Single(await cluster.ReplicasOfAsync(replica)));
    }

    [Fact]
    public async Task Cluster_SlotMoved_ItsKeysAreAtTheNewMaster()
    {
        await using var cluster = await RedisCluster.StartAsync();
        var (slot, source) = (await cluster.SlotOfAsync("key"), await cluster.MasterOfAsync("key"));
        await source.ExecuteAsync("SET", "key", "value");
        var target = cluster.Nodes.Take(3).First(n => n != source);

        await cluster.MoveSlotAsync(slot, target);

        Assert.Same(target, await cluster.MasterOfAsync("key"));
        Assert.Equal("value", await target.ExecuteAsync("GET", "key"));
    }

    [Fact]
    public async Task Sentinel_MasterKilled_NamesTheReplica()
    {
        await using var set = await RedisSentinel.StartAsync();
        await using var client = await ConnectionMultiplexer.ConnectAsync(set.ConnectionString);
        Assert.True(await client.GetDatabase().StringSetAsync("key", "value"));
        var master = await set.MasterAsync();

        await master.KillAsync();

        await Poll.UntilAsync(async () => await set.MasterAsync() != master, set.Sentinels[0].LogTail);
    }

    [Fact]
    public async Task Single_StoppedAndContinued_AnswersAgain()
    {
        await using var single = await RedisSingle.StartAsync();
        await using var client = await ConnectionMultiplexer.ConnectAsync(single.ConnectionString);
        await client.GetDatabase().StringSetAsync("key", "value");

        single.Server.Stop();
        var read = client.GetDatabase().StringGetAsync("key");
        Assert.False(read.IsCompleted);
        single.Server.Continue();

        Assert.Equal("value", await read);
    }
}
