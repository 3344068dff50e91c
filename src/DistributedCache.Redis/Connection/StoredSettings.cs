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

        try
        {
            Require(await EnsureAsync(database, names).ConfigureAwait(false), names.Count, names.Config);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // One server that is away is not to keep a process from all the others.
            if (!await AgreeCopiesAsync(database, names).ConfigureAwait(false)) throw;
            return;
        }

        // Of what is agreed alone: a copy decides nothing.
        await Task.WhenAll(names.ConfigCopies.Select(copy => TryCopyAsync(database, copy, names.Count))).ConfigureAwait(false);
    }

    /// <summary>How many partitions an application has; null where nothing is stored of that name.</summary>
    public static async Task<int?> PartitionsOfAsync(IDatabase database, string application)
    {
        RedisValue[] stored;
        try
        {
            stored = await ReadAsync(database, PartitionNames.ConfigOf(application)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            if (await ReadCopiesAsync(database, PartitionNames.ConfigCopiesOf(application)).ConfigureAwait(false) is not [var copy, ..]) throw;
            stored = copy.Stored;
        }

        return stored[0].TryParse(out int count) && count is >= 1 and <= Partitioner.MaxPartitions ? count : null;
    }

    /// <summary>What is stored; where nothing is, ours from now on.</summary>
    private static async Task<RedisValue[]> EnsureAsync(IDatabase database, PartitionNames names)
    {
        RedisKey key = names.Config;

        // Read first: a server that is full takes no write, not even one that would change nothing.
        var stored = await ReadAsync(database, key).ConfigureAwait(false);
        if (!Array.Exists(stored, static value => value.IsNull)) return stored;
        await Task.WhenAll(
            database.HashSetAsync(key, "partitions", names.Count, When.NotExists),
            database.HashSetAsync(key, "format", Format, When.NotExists)).ConfigureAwait(false);
        return await ReadAsync(database, key).ConfigureAwait(false);
    }

    /// <summary>Whether the copies that can be read say what we do; false where none says anything.</summary>
    private static async Task<bool> AgreeCopiesAsync(IDatabase database, PartitionNames names)
    {
        var copies = await ReadCopiesAsync(database, names.ConfigCopies).ConfigureAwait(false);
        foreach (var (key, stored) in copies) Require(stored, names.Count, key);
        return copies.Length > 0;
    }

    /// <summary>The copies that are there and can be read.</summary>
    private static async Task<(RedisKey Key, RedisValue[] Stored)[]> ReadCopiesAsync(IDatabase database, IReadOnlyList<string> copies)
    {
        var read = await Task.WhenAll(copies.Select(async key => (Key: (RedisKey)key, Stored: await TryReadAsync(database, key).ConfigureAwait(false)))).ConfigureAwait(false);
        return [.. read.Where(static copy => copy.Stored is { } stored && !Array.Exists(stored, static value => value.IsNull)).Select(static copy => (copy.Key, copy.Stored!))];
    }

    private static Task<RedisValue[]> ReadAsync(IDatabase database, RedisKey key) => database.HashGetAsync(key, ["partitions", "format"], Masters.Only);

    private static async Task<RedisValue[]?> TryReadAsync(IDatabase database, RedisKey key)
    {
        try
        {
            return await ReadAsync(database, key).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Away as well.
            return null;
        }
    }

    private static async Task TryCopyAsync(IDatabase database, RedisKey key, int partitions)
    {
        try
        {
            await database.HashSetAsync(key, [new("partitions", partitions), new("format", Format)], CommandFlags.FireAndForget).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Written by the next to connect.
        }
    }

    private static void Require(RedisValue[] stored, int partitions, RedisKey key)
    {
        Require("number of partitions", stored[0], partitions, key);
        Require("format", stored[1], Format, key);
    }

    private static void Require(string what, RedisValue stored, int ours, RedisKey key)
    {
        if (stored != ours)
            throw new InvalidOperationException(
                $"The {what} of this application is {ours}, but '{key}' in Redis says {stored}: all processes that share an application must agree. Set the same, or give this one another Application.");
    }
}
