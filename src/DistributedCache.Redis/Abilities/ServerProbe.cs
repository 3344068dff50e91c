using DistributedCache.Keys;
using DistributedCache.Redis.Connection;
using DistributedCache.Redis.Scripts;
using StackExchange.Redis;

namespace DistributedCache.Redis.Abilities;

/// <summary>Asks each master that has partitions what it can do: by one script and one subscription, for versions tell nothing of
/// commands that were renamed, forbidden, or are another product's.</summary>
internal sealed class ServerProbe(IDatabase database, PartitionNames names)
{
    // A state the server is in, not something it lacks.
    private static readonly string[] States =
        ["OOM ", "MISCONF ", "NOREPLICAS ", "READONLY ", "LOADING ", "CLUSTERDOWN ", "MASTERDOWN ", "TRYAGAIN ", "BUSY ", "MOVED ", "ASK "];

    /// <summary>The masters that answered.</summary>
    /// <exception cref="RedisException">None did.</exception>
    /// <exception cref="TimeoutException">None did.</exception>
    public async Task<ProbedServer[]> RunAsync()
    {
        var masters = Masters.ClusterOf(database) is { } cluster ? Masters.Of(cluster, names) : null;
        Exception? last = null;
        var found = await Task.WhenAll(Enumerable.Range(0, names.Count).DistinctBy(i => masters?[i] ?? 0).Select(TryAsync)).ConfigureAwait(false);
        ProbedServer[] answered = [.. found.OfType<ProbedServer>()];
        return answered.Length == 0 && last is not null ? throw last : answered;

        async Task<ProbedServer?> TryAsync(int partition)
        {
            try
            {
                return await ProbeAsync(partition).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is RedisException or TimeoutException)
            {
                // Taken to be like the others when it is back: what it lacks then fails, and is away.
                last = exception;
                return null;
            }
        }
    }

    private async Task<ProbedServer> ProbeAsync(int partition)
    {
        // Of the application's own names, so that a user who may use no others can ask; no key and no channel otherwise has it.
        var name = names.Tag(partition) + "probe";
        var subscribing = CanSubscribeAsync(RedisChannel.Sharded(name));
        var (abilities, version) = await CanRunAsync(name).ConfigureAwait(false);
        if (!await subscribing.ConfigureAwait(false)) abilities &= ~ServerAbilities.ShardedChannels;
        if (abilities == ServerAbilities.All) return new ProbedServer(abilities);
        var endPoint = await database.IdentifyEndpointAsync(name).ConfigureAwait(false);
        return new ProbedServer(abilities, endPoint, version);
    }

    private async Task<(ServerAbilities Abilities, string Version)> CanRunAsync(string name)
    {
        if (await TryRunAsync(Script.Probe.WithFlags, name).ConfigureAwait(false) is { } full) return Read(full, ServerAbilities.ScriptFlags);
        if (await TryRunAsync(Script.Probe.WithoutFlags, name).ConfigureAwait(false) is { } plain) return Read(plain, ServerAbilities.None);
        return (ServerAbilities.None, "");
    }

    private async Task<RedisResult[]?> TryRunAsync(ScriptText script, RedisKey name)
    {
        try
        {
            return (RedisResult[]?)await database.ScriptEvaluateAsync(script.Text, [name], [(byte[]?)name], CommandFlags.NoScriptCache | Masters.Only).ConfigureAwait(false);
        }
        catch (RedisServerException exception) when (!IsState(exception.Message))
        {
            return null;
        }
    }

    private async Task<bool> CanSubscribeAsync(RedisChannel channel)
    {
        var subscriber = database.Multiplexer.GetSubscriber();
        try
        {
            await subscriber.SubscribeAsync(channel, static (_, _) => { }).ConfigureAwait(false);
            return true;
        }
        catch (RedisServerException exception) when (!IsState(exception.Message))
        {
            return false;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Nothing is known of it; the follower tries again with every heartbeat.
            return true;
        }
        finally
        {
            await subscriber.UnsubscribeAsync(channel, flags: CommandFlags.FireAndForget).ConfigureAwait(false);
        }
    }

    private static (ServerAbilities Abilities, string Version) Read(RedisResult[] answer, ServerAbilities found)
    {
        found |= ServerAbilities.Scripts;
        if ((bool)answer[1]) found |= ServerAbilities.RunId;
        if ((bool)answer[2]) found |= ServerAbilities.LongNumbers;
        if (Has(answer[3])) found |= ServerAbilities.Streams;
        if (Has(answer[4])) found |= ServerAbilities.ShardedChannels;
        return (found, (string?)answer[0] ?? "");
    }

    private static bool Has(RedisResult error)
    {
        var text = (string?)error ?? "";
        return text.Length == 0 || (IsState(text) ? throw new RedisException(text) : false);
    }

    private static bool IsState(string error) => Array.Exists(States, state => error.Contains(state, StringComparison.Ordinal));
}
