using DistributedCache.Keys;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>The master that holds what all processes of an application must agree on is away when a process starts.</summary>
public sealed class AbsentSettingsTests : IAsyncLifetime
{
    private readonly string _application = SharedRedisCluster.NewApplication();
    private RedisCluster _cluster = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartAsync();
        await using (var first = new Node(_cluster.ConnectionString, _application))
        {
            await first.UntilWritingAsync();
            var copies = new PartitionNames(_application, 64).ConfigCopies;
            await Poll.UntilAsync(async () => await AreStoredAsync(copies), static () => "The settings were not copied.");
        }

        await (await _cluster.MasterOfAsync($"{{{_application}}}config")).KillAsync();
    }

    [Fact]
    public async Task Start_WhileTheirServerIsAway_UsesTheOthers()
    {
        await using var a = new Node(_cluster.ConnectionString, _application);
        await using var b = new Node(_cluster.ConnectionString, _application);
        var key = await KeyOnALivingServerAsync();
        await a.UntilWritingAsync(key);
        await Poll.UntilAsync(async () => (await b.Cache.GetAsync<string>(key, cancellationToken: Stop)).Value == "warm", static () => "Nothing is shared.");
        Assert.Equal(InvalidationStatus.Acknowledged, (await b.Cache.RemoveAsync(key, Stop)).Status);
    }

    [Fact]
    public async Task Connect_WhileTheirServerIsAwayWithAnotherNumberOfPartitions_FailsNamingBoth()
    {
        var names = new PartitionNames(_application, 16);
        await using var connection = new RedisConnection(ConnectionSource.Of(ClientSettings.Parse(_cluster.ConnectionString)), names, NullLogger.Instance);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => connection.GetAsync().AsTask());
        Assert.Contains("16", error.Message, StringComparison.Ordinal);
        Assert.Contains("64", error.Message, StringComparison.Ordinal);
    }

    // Whoever began alone might not be what the others are.
    [Fact]
    public async Task Connect_WhileTheirServerIsAwayAndNothingWasCopied_Fails()
    {
        var slots = (await ClusterNode.AllOfAsync(_cluster.Nodes.First(static server => server.IsRunning)))
            .Single(node => node.Slots.Count > 0 && _cluster.Nodes.Any(server => !server.IsRunning && server.Port == node.Port));
        var names = Enumerable.Range(0, 1000).Select(static i => new PartitionNames($"new-{i}", 4)).First(names => slots.Owns(Crc16.HashSlot(names.Config)));
        await using var connection = new RedisConnection(ConnectionSource.Of(ClientSettings.Parse(_cluster.ConnectionString)), names, NullLogger.Instance);
        await Assert.ThrowsAnyAsync<StackExchange.Redis.RedisException>(() => connection.GetAsync().AsTask());
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private async Task<bool> AreStoredAsync(IReadOnlyList<string> copies)
    {
        foreach (var copy in copies)
            if ((string?)await (await _cluster.MasterOfAsync(copy)).ExecuteAsync("HGET", copy, "partitions") != "64") return false;
        return true;
    }

    // Without a prefix, whose invalidations another server may have.
    private async Task<string> KeyOnALivingServerAsync()
    {
        var names = new PartitionNames(_application, 64);
        var living = _cluster.Nodes.First(static server => server.IsRunning);
        var masters = (await ClusterNode.AllOfAsync(living)).Where(static node => node.IsMaster).ToArray();
        return Enumerable.Range(0, 1000).Select(static i => $"product-{i}")
            .First(key => masters.Any(master => master.Owns(names.Slot(names.Partitioner.OfKey("", key))) && _cluster.Nodes.Any(server => server.IsRunning && server.Port == master.Port)));
    }
}
