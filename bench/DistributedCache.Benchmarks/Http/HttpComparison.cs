using DistributedCache.Benchmarks.Quick;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Benchmarks.Http;

/// <summary>What a cached response costs a server that answers over Kestrel, each candidate in a process of its own.</summary>
/// <remarks>Each takes turns with a process without a cache; what counts is the median of the ratios within a round, over several pairs of
/// processes of each, since one differs from the next: the first candidate is another process without a cache, and shows by how much. CPU is
/// that of the whole server process, Kestrel and the background work of a cache included, once the runtime has compiled what it means to
/// compile: a client of Redis is much code, some of which runs a few times a second.</remarks>
internal static class HttpComparison
{
    // With few the server waits for work in between, and its threads spin while they do: that counts as CPU too.
    private static readonly int[] Connections = [4, 32];

    private const int Generations = 4;
    private const int Rounds = 40;
    private const int Requests = 2_048;
    private const int WarmUpTurns = 4;
    private const int MaximumWarmUpPasses = 20;
    private const double Compiled = 0.005;

    private static readonly string[] Names = [HttpServer.None, HttpServer.ResponseCaching, HttpServer.OutputCaching, HttpServer.OutputCachingOnRedis, HttpServer.Ours];

    public static async Task<IReadOnlyList<Target>> RunAsync()
    {
        await Processors.LeaveFirstAsync();
        await using var cluster = await RedisCluster.StartAsync();
        var loads = Connections.Select(static connections => new HttpTurns(connections, Names.Length)).ToArray();
        for (var generation = 0; generation < Generations; generation++)
        {
            List<HttpPair> pairs = [];
            try
            {
                foreach (var name in Names) pairs.Add(await HttpPair.StartAsync(name, cluster.ConnectionString, Connections.Max(), generation % 2 == 0));
                await WarmUpAsync([.. pairs.SelectMany(static pair => new[] { pair.Floor, pair.Own })]);
                foreach (var pair in pairs) await pair.Own.CheckAsync();
                foreach (var load in loads) await load.TakeAsync(pairs, Rounds, Requests);
            }
            finally
            {
                foreach (var pair in pairs) await pair.DisposeAsync();
            }
        }

        return [.. loads.SelectMany(Targets)];
    }

    /// <summary>Until the runtime compiles none of them any more, to speak of: what runs twice a second it compiles twice, after thirty calls
    /// each time.</summary>
    private static async Task WarmUpAsync(IReadOnlyList<HttpCandidate> processes)
    {
        var isCompiled = false;
        for (var pass = 0; pass < MaximumWarmUpPasses && !isCompiled; pass++)
        {
            var uses = await Task.WhenAll(processes.Select(static process => process.UsedAsync()));
            for (var turn = 0; turn < WarmUpTurns; turn++)
            {
                foreach (var process in processes)
                {
                    foreach (var connections in Connections) await process.RunAsync(Requests, connections);
                }
            }

            var costs = await Task.WhenAll(processes.Select(async (process, i) => (await process.UsedAsync()).Since(uses[i], WarmUpTurns * Connections.Length * Requests)));
            isCompiled = costs.All(static cost => cost.Compiling < Compiled);
        }
    }

    private static Target[] Targets(HttpTurns load)
    {
        var results = load.Fold(Names);
        Report.Hits($"A cached response of 2 KB over Kestrel, {load.Connections} connections, CPU of the server", results);
        var (ours, output) = (results.Single(static r => r.Name == HttpServer.Ours), results.Single(static r => r.Name == HttpServer.OutputCaching));
        return
        [
            new($"response hit, {load.Connections} connections, CPU", ours.Ratio, 1.07, "x no cache"),
            new($"response hit, {load.Connections} connections, allocation", ours.Bytes, output.Bytes, "B"),
        ];
    }
}
