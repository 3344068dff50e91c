using DistributedCache.Chaos.Nodes;
using DistributedCache.Chaos.Workload;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Chaos.Faults;

/// <summary>What faults happen to.</summary>
internal sealed class FaultScene(RedisCluster cluster, int nodeTimeout, IReadOnlyList<RecordedNode> nodes, World world, FailoverLosses losses, Random random)
{
    public RedisCluster Cluster => cluster;

    /// <summary>cluster-node-timeout in milliseconds.</summary>
    public int NodeTimeout => nodeTimeout;

    public IReadOnlyList<RecordedNode> Nodes => nodes;

    public World World => world;

    public FailoverLosses Losses => losses;

    public Random Random => random;

    public KeptHits Kept { get; } = new(nodes, world);

    public double Now => world.History.Now;

    public RecordedNode AnyNode() => nodes[random.Next(nodes.Count)];

    /// <summary>The servers that are masters by their own word.</summary>
    public async Task<IReadOnlyList<RedisProcess>> MastersAsync()
    {
        var masters = new List<RedisProcess>();
        foreach (var server in cluster.Nodes.Where(static n => n.IsRunning))
            if (await ClusterNode.OfAsync(server) is { IsMaster: true, Slots.Count: > 0 }) masters.Add(server);
        return masters;
    }

    public async Task<RedisProcess> AnyMasterAsync()
    {
        var masters = await MastersAsync();
        return masters[random.Next(masters.Count)];
    }

    /// <summary>Waits until a replica has taken over and every running server says that the cluster is well.</summary>
    /// <returns>When that was.</returns>
    public async Task<double> FailoverAsync(RedisProcess replica)
    {
        var patience = TimeSpan.FromMilliseconds(nodeTimeout * 3) + Poll.Deadline;
        await Poll.UntilAsync(
            async () => await ClusterNode.OfAsync(replica) is { IsMaster: true, Slots.Count: > 0 },
            () => $"No replica took over. {replica.LogTail()}", patience);
        foreach (var server in cluster.Nodes.Where(static n => n.IsRunning))
            await Poll.UntilAsync(
                async () => RedisProcess.Field((string)(await server.ExecuteAsync("CLUSTER", "INFO"))!, "cluster_state") == "ok",
                () => $"The cluster did not become well. {server.LogTail()}", patience);
        return Now;
    }
}
