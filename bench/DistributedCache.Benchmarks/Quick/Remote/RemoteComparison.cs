using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Benchmarks.Quick.Remote;

/// <summary>The remote tier against hand-written calls of its client, on a cluster of three masters and three replicas.</summary>
internal static class RemoteComparison
{
    public static async Task<IReadOnlyList<Target>> RunAsync()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var nodes = new RemoteNodes(cluster.ConnectionString);
        var (here, there) = (nodes.Add(), nodes.Add());
        var floor = await RemoteNodes.FloorAsync(cluster.ConnectionString);
        await here.SetAsync("warm", 1);
        await there.SetAsync("warm", 1);
        return
        [
            .. await RemoteHits.RunAsync(here, floor),
            .. await RemoteBulk.RunAsync(here, floor),
            .. await RemoteInvalidations.RunAsync(here, floor),
            await RemoteInvalidations.PropagateAsync(here, there),
        ];
    }
}
