using System.Net;
using DistributedCache.Keys;
using StackExchange.Redis;

namespace DistributedCache.Redis.Connection;

/// <summary>Masters are all that is asked; which partitions live on one of them, and so are away together.</summary>
internal static class Masters
{
    /// <summary>For every read and script. Unless told so, the client asks a replica where the master does not answer, and what is behind
    /// there would pass for the present: a head, under which a node counts as verified, or a value that was invalidated.</summary>
    public const CommandFlags Only = CommandFlags.DemandMaster;

    /// <summary>The cluster as the client knows it, another object with each answer; null where there is none, or nothing is known of it now.</summary>
    public static ClusterConfiguration? ClusterOf(IDatabase database) =>
        database.Multiplexer.GetServers().Select(static server => server.ClusterConfiguration).FirstOrDefault(static c => c is not null);

    /// <summary>For each partition its master's number, from 1; 0 where it has none.</summary>
    public static int[] Of(ClusterConfiguration cluster, PartitionNames names)
    {
        var numbers = new int[names.Count];
        for (var i = 0; i < numbers.Length; i++)
        {
            // The endpoint's hash: the same while the master is the same, whatever order the nodes are listed in.
            numbers[i] = cluster.GetBySlot(names.Slot(i))?.EndPoint is { } master ? Number(master) : 0;
        }

        return numbers;
    }

    /// <summary>The key's master; null where the client knows none now.</summary>
    public static IServer? Find(IConnectionMultiplexer multiplexer, RedisKey key)
    {
        try
        {
            return multiplexer.GetServer(key, flags: Only);
        }
        catch (Exception)
        {
            // Or is closed.
            return null;
        }
    }

    private static int Number(EndPoint master) => Math.Max(1, master.GetHashCode() & int.MaxValue);
}
