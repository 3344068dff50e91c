using DistributedCache.Keys;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>The master that holds what all processes of an application must agree on is away when a process starts.</summary>
public sealed class AbsentSettingsTests(ClusterWithoutSettings cluster) : IClassFixture<ClusterWithoutSettings>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_WhileTheirServerIsAway_UsesTheOthers()
    {
        await using var a = new Node(cluster.ConnectionString, cluster.Application);
        await using var b = new Node(cluster.ConnectionString, cluster.Application);
        var key = await KeyOnALivingServerAsync();
        await a.UntilWritingAsync(key);
        await Poll.UntilAsync(async () => (await b.Cache.GetAsync<string>(key, cancellationToken: Stop)).Value == "warm", static () => "Nothing is shared.");
        Assert.Equal(InvalidationStatus.Acknowledged, (await b.Cache.RemoveAsync(key, Stop)).Status);
    }

    [Fact]
    public async Task Remove_InAnotherApplicationWhoseSettingsAreAway_IsAcknowledged()
    {
        var living = (await cluster.LivingMastersAsync())[0];
        var other = Enumerable.Range(0, 1000).Select(i => $"{cluster.Application}-{i}").First(name => living.Owns(Crc16.HashSlot(PartitionNames.ConfigOf(name))));
        await using var node = new Node(cluster.ConnectionString, other);
        Assert.Equal(InvalidationStatus.Acknowledged, (await node.Cache.ForApplication(cluster.Application).RemoveAsync(await KeyOnALivingServerAsync(), Stop)).Status);
    }

    [Fact]
    public async Task Connect_WhileTheirServerIsAwayWithAnotherNumberOfPartitions_FailsNamingBoth()
    {
        var names = new PartitionNames(cluster.Application, 16);
        await using var connection = new RedisConnection(ConnectionSource.Of(ClientSettings.Parse(cluster.ConnectionString)), names, NullLogger.Instance);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => connection.GetAsync().AsTask());
        Assert.Contains("16", error.Message, StringComparison.Ordinal);
        Assert.Contains("64", error.Message, StringComparison.Ordinal);
    }

    // Whoever began alone might not be what the others are.
    [Fact]
    public async Task Connect_WhileTheirServerIsAwayAndNothingWasCopied_Fails()
    {
        var living = await cluster.LivingMastersAsync();
        var names = Enumerable.Range(0, 1000).Select(static i => new PartitionNames($"new-{i}", 4)).First(names => !Array.Exists(living, master => master.Owns(Crc16.HashSlot(names.Config))));
        await using var connection = new RedisConnection(ConnectionSource.Of(ClientSettings.Parse(cluster.ConnectionString)), names, NullLogger.Instance);
        await Assert.ThrowsAnyAsync<StackExchange.Redis.RedisException>(() => connection.GetAsync().AsTask());
    }

    // Without a prefix, whose invalidations another server may have.
    private async Task<string> KeyOnALivingServerAsync()
    {
        var names = new PartitionNames(cluster.Application, 64);
        var living = await cluster.LivingMastersAsync();
        return Enumerable.Range(0, 1000).Select(static i => $"product-{i}")
            .First(key => Array.Exists(living, master => master.Owns(names.Slot(names.Partitioner.OfKey("", key)))));
    }
}
