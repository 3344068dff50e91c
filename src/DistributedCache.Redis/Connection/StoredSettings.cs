using DistributedCache.Keys;
using StackExchange.Redis;

namespace DistributedCache.Redis.Connection;

/// <summary>What all processes of an application must agree on, stored by the first of them: how many partitions there are, and the format.</summary>
internal static class StoredSettings
{
    private const int Format = 1;

    /// <exception cref="InvalidOperationException">Another number of partitions or format is stored, or a cluster was given a database number.</exception>
    public static async Task CheckAsync(IDatabase database, PartitionNames names)
    {
        if (database.Database > 0 && Array.Exists(database.Multiplexer.GetServers(), static server => server.IsConnected && server.ServerType == ServerType.Cluster))
            throw new InvalidOperationException($"The connection names database {database.Database}, but a Redis Cluster has only database 0: leave defaultDatabase out.");

        RedisKey key = names.Config;
        await Task.WhenAll(
            database.HashSetAsync(key, "partitions", names.Count, When.NotExists),
            database.HashSetAsync(key, "format", Format, When.NotExists)).ConfigureAwait(false);
        var stored = await database.HashGetAsync(key, ["partitions", "format"], Masters.Only).ConfigureAwait(false);
        Require("number of partitions", stored[0], names.Count, key);
        Require("format", stored[1], Format, key);
    }

    /// <summary>How many partitions an application has; null where nothing is stored of that name.</summary>
    public static async Task<int?> PartitionsOfAsync(IDatabase database, string application)
    {
        var stored = await database.HashGetAsync(PartitionNames.ConfigOf(application), "partitions", Masters.Only).ConfigureAwait(false);
        return stored.TryParse(out int count) && count is >= 1 and <= Partitioner.MaxPartitions ? count : null;
    }

    private static void Require(string what, RedisValue stored, int ours, RedisKey key)
    {
        if (stored != ours)
            throw new InvalidOperationException(
                $"The {what} of this application is {ours}, but '{key}' in Redis says {stored}: all processes that share an application must agree. Set the same, or give this one another Application.");
    }
}
