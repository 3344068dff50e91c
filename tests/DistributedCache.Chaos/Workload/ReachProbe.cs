using System.Net.Sockets;
using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Nodes;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Chaos.Workload;

/// <summary>Measures the time from the call that invalidates a key on one node to the moment no node's memory answers it any more.</summary>
internal sealed class ReachProbe(IReadOnlyList<RecordedNode> nodes, RedisCluster cluster, World world, Random random)
{
    private const double Patience = 10_000;

    private readonly CacheKey[] _keys = [.. Enumerable.Range(0, 16).Select(i => world.Keys.Add(new($"probe:{i}", [])))];

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await Pause.ForAsync(random.Next(20, 60), stop);
            await PingAsync();
            await ProbeAsync(_keys[random.Next(_keys.Length)], nodes[random.Next(nodes.Count)]);
        }
    }

    // Invalidations take as long as the machine is busy: this says how long any answer does.
    private async Task PingAsync()
    {
        try
        {
            using var connection = await RespConnection.OpenAsync(cluster.Nodes[random.Next(cluster.Nodes.Count)].Port);
            var began = world.History.Now;
            await connection.ExecuteAsync("PING");
            world.History.Add(new(Operation.Ping, began, world.History.Now, -1, ""));
        }
        catch (Exception exception) when (exception is SocketException or IOException or TimeoutException)
        {
            // The server is away: there is nothing to compare with now.
        }
    }

    private async Task ProbeAsync(CacheKey key, RecordedNode writer)
    {
        foreach (var node in nodes) await node.ReadAsync(key);
        var version = world.Source.Write(key.Name);
        var began = world.History.Now;
        if ((await writer.RemoveAsync(key)).Result != Result.Done) return;
        var (isGone, last) = (true, writer.Number);
        foreach (var node in nodes)
        {
            if (!await node.HoldsOlderAsync(key, version)) continue;
            isGone &= await IsGoneAsync(node, key, version, began);
            last = node.Number;
        }

        world.History.Add(new(Operation.Reach, began, world.History.Now, writer.Number, key.Name, version, isGone ? Result.Done : Result.Failed, $"last on node {last}"));
    }

    // Looks again and again, as a timer's ticks are longer than what is measured.
    private async Task<bool> IsGoneAsync(RecordedNode node, CacheKey key, long version, double began)
    {
        while (await node.HoldsOlderAsync(key, version))
        {
            if (world.History.Now - began > Patience) return false;
            await Task.Yield();
        }

        return true;
    }
}
