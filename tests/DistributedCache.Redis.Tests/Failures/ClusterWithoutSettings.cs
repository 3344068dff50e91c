using DistributedCache.Keys;
using DistributedCache.Redis.Tests.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Redis.Tests.Failures;

/// <summary>A cluster in which an application has begun, and of which the master that holds its settings has been killed since.</summary>
public sealed class ClusterWithoutSettings : IAsyncLifetime
{
    private RedisCluster _cluster = null!;

    public string Application { get; } = SharedRedisCluster.NewApplication();

    public string ConnectionString => _cluster.ConnectionString;

    public async ValueTask InitializeAsync()
    {
        _cluster = await RedisCluster.StartAsync();
        await using (var first = new Node(_cluster.ConnectionString, Application))
        {
            await first.UntilWritingAsync();
            await Poll.UntilAsync(async () => await AreStoredAsync(PartitionNames.ConfigCopiesOf(Application)), static () => "The settings were not copied.");
        }

        await (await _cluster.MasterOfAsync(PartitionNames.ConfigOf(Application))).KillAsync();
    }

    /// <summary>The masters that are left.</summary>
    internal async Task<ClusterNode[]> LivingMastersAsync() =>
        [.. (await ClusterNode.AllOfAsync(_cluster.Nodes.First(static server => server.IsRunning)))
            .Where(node => node.IsMaster && _cluster.Nodes.Any(server => server.IsRunning && server.Port == node.Port))];

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    private async Task<bool> AreStoredAsync(IReadOnlyList<string> copies)
    {
        foreach (var copy in copies)
            if ((string?)await (await _cluster.MasterOfAsync(copy)).ExecuteAsync("HGET", copy, "partitions") != "64") return false;
        return true;
    }
}
