using Microsoft.Extensions.Logging;

namespace DistributedCache.Redis.Abilities;

/// <summary>What all servers of an application have in common, and what is said of those that lack something.</summary>
internal static class LesserServers
{
    /// <summary>A partition may come to live on any of them: the weakest counts.</summary>
    public static ServerAbilities Common(IEnumerable<ProbedServer> servers) =>
        servers.Aggregate(ServerAbilities.All, static (all, server) => all & server.Abilities);

    /// <summary>One line for each ability that is missing, with the servers that lack it.</summary>
    public static void Report(IReadOnlyCollection<ProbedServer> servers, ILogger log)
    {
        if (Lacking(ServerAbilities.Scripts) is { } scripts)
        {
            // Nothing else was asked of it.
            log.LacksScripts(scripts);
            return;
        }

        if (Lacking(ServerAbilities.ScriptFlags) is { } flags) log.LacksScriptFlags(flags);
        if (Lacking(ServerAbilities.Streams) is { } streams) log.LacksStreams(streams);
        if (Lacking(ServerAbilities.ShardedChannels) is { } channels) log.LacksShardedChannels(channels);
        if (Lacking(ServerAbilities.RunId) is { } runId) log.LacksRunId(runId);

        string? Lacking(ServerAbilities ability)
        {
            var names = string.Join(", ", servers.Where(server => (server.Abilities & ability) == 0));
            return names.Length == 0 ? null : names;
        }
    }
}
