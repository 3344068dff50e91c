using System.Globalization;
using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Nodes;
using DistributedCache.Chaos.Workload;
using DistributedCache.Keys;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Chaos.Faults;

/// <summary>Finds the acknowledged invalidations that a new master has not got, and whether anyone alive knew of them.</summary>
internal sealed class FailoverLosses(RedisCluster cluster, string application, IReadOnlyList<RecordedNode> nodes, World world)
{
    private const double Lag = 2_000;

    private readonly PartitionNames _names = new(application, new TieredCacheOptions().Partitions);

    /// <summary>What was acknowledged shortly before the old master went, and whether it is known; asked before anyone can learn more.</summary>
    /// <param name="gone">When the old master went.</param>
    /// <param name="dead">The cache node that died with it; -1: none.</param>
    public async Task<IReadOnlyList<(Acknowledgement Said, bool IsKnown)>> AtRiskAsync(double gone, int dead)
    {
        var atRisk = new List<(Acknowledgement, bool)>();
        foreach (var said in world.Acknowledged.Since(gone - Lag).Where(said => said.At <= gone && !said.Token.IsEmpty))
        {
            // The writer itself knows, unless it died.
            var isKnown = said.Node != dead;
            foreach (var node in nodes.Where(node => node.Number != dead)) isKnown |= await node.KnowsAsync(said.Token);
            atRisk.Add((said, isKnown));
        }

        return atRisk;
    }

    /// <summary>Asks the masters that there are now, and puts into the history what they have not got.</summary>
    public async Task RecordAsync(IReadOnlyList<(Acknowledgement Said, bool IsKnown)> atRisk, double gone, double over)
    {
        var masters = new Dictionary<int, RedisProcess>();
        foreach (var (said, isKnown) in atRisk)
        {
            foreach (var part in said.Token.Parts.ToArray())
            {
                if (!masters.TryGetValue(part.Partition, out var master))
                    masters[part.Partition] = master = await cluster.MasterOfAsync(_names.Slot(part.Partition));
                var id = string.Create(CultureInfo.InvariantCulture, $"{part.Sequence}-0");
                if (await master.ExecuteAsync("HGET", _names.Hash(part.Partition), "inc") is string incarnation
                    && incarnation == part.Incarnation.ToString(CultureInfo.InvariantCulture)
                    && await master.ExecuteAsync("XRANGE", _names.Log(part.Partition), id, id) is object?[] { Length: > 0 }) continue;
                world.History.Add(new(Operation.Forget, gone, over, said.Node, "", Result: isKnown ? Result.Done : Result.Nothing, Number: said.Number));
                break;
            }
        }
    }
}
