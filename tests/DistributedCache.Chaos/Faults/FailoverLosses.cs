using System.Globalization;
using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Nodes;
using DistributedCache.Chaos.Workload;
using DistributedCache.Coherence;
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
            // The writer itself knows, unless it died. A clear is taken as known: its token has no numbers to ask for.
            var isKnown = said.Node != dead || said.Token.IsEveryHead;
            foreach (var node in nodes.Where(node => node.Number != dead && !isKnown)) isKnown = await node.KnowsAsync(said.Token);
            atRisk.Add((said, isKnown));
        }

        return atRisk;
    }

    /// <summary>Asks the new master, and puts into the history what it has not got.</summary>
    public async Task RecordAsync(IReadOnlyList<(Acknowledgement Said, bool IsKnown)> atRisk, RedisProcess master, double gone, double over)
    {
        var slots = await ClusterNode.OfAsync(master);
        var kept = gone - Lag;
        foreach (var (said, isKnown) in atRisk)
        {
            foreach (var part in said.Token.Parts.ToArray().Where(part => slots.Owns(_names.Slot(part.Partition))))
            {
                if (await HasPresentAsync(master, part)) kept = Math.Max(kept, said.At);
                else Record(said, isKnown);
            }
        }

        // Replication keeps the order, so a clear is there if what was acknowledged after it is.
        foreach (var (said, isKnown) in atRisk.Where(risk => risk.Said.Token.IsEveryHead && risk.Said.At > kept)) Record(said, isKnown);

        void Record(Acknowledgement said, bool isKnown) =>
            world.History.Add(new(Operation.Forget, gone, over, said.Node, "", Result: isKnown ? Result.Done : Result.Nothing, Number: said.Number));
    }

    /// <summary>Asks who owns the partition by now: on a slow machine another may have taken it over since.</summary>
    private async Task<bool> HasPresentAsync(RedisProcess master, TokenPart part)
    {
        try
        {
            return await HasAsync(master, part);
        }
        catch (RespException moved) when (moved.Message.StartsWith("MOVED ", StringComparison.Ordinal))
        {
            return await HasAsync(await cluster.MasterOfAsync(_names.Slot(part.Partition)), part);
        }
    }

    private async Task<bool> HasAsync(RedisProcess master, TokenPart part)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"{part.Sequence}-0");
        return await master.ExecuteAsync("HGET", _names.Hash(part.Partition), "inc") is string incarnation
            && incarnation == part.Incarnation.ToString(CultureInfo.InvariantCulture)
            && await master.ExecuteAsync("XRANGE", _names.Log(part.Partition), id, id) is object?[] { Length: > 0 };
    }
}
