using DistributedCache.Benchmarks.Quick;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Benchmarks.Http;

/// <summary>What a cached response costs a server that answers over Kestrel, each candidate in a process of its own.</summary>
/// <remarks>Each takes turns with the floor; what counts is the median of the ratios within a round, over several processes of each, since
/// one differs from the next by as much as candidates do. CPU is that of the whole server process, Kestrel and the background work of a
/// cache included.</remarks>
internal static class HttpComparison
{
    // With few the server waits for work in between, and its threads spin while they do: that counts as CPU too.
    private static readonly int[] Connections = [4, 32];

    private const int Generations = 3;
    private const int Rounds = 12;
    private const int Requests = 2_048;
    private const int WarmUpTurns = 16;

    private static readonly string[] Names = [HttpServer.None, HttpServer.ResponseCaching, HttpServer.OutputCaching, HttpServer.OutputCachingOnRedis, HttpServer.Ours];

    public static async Task<IReadOnlyList<Target>> RunAsync()
    {
        await using var cluster = await RedisCluster.StartAsync();
        var loads = Connections.Select(static _ => new Turns(Names.Length)).ToArray();
        for (var generation = 0; generation < Generations; generation++)
        {
            List<HttpCandidate> candidates = [];
            try
            {
                foreach (var name in Names) candidates.Add(await HttpCandidate.StartAsync(name, cluster.ConnectionString, Connections.Max()));
                await MeasureAsync(candidates, loads);
            }
            finally
            {
                foreach (var candidate in candidates) await candidate.DisposeAsync();
            }
        }

        return [.. loads.Zip(Connections, Targets).SelectMany(static targets => targets)];
    }

    private static async Task MeasureAsync(IReadOnlyList<HttpCandidate> candidates, Turns[] loads)
    {
        for (var turn = 0; turn < WarmUpTurns; turn++)
        {
            foreach (var candidate in candidates) await candidate.RunAsync(Requests, Connections.Max());
        }

        foreach (var candidate in candidates) await candidate.CheckAsync();
        foreach (var (load, connections) in loads.Zip(Connections))
        {
            for (var i = 0; i < candidates.Count; i++)
            {
                for (var round = 0; round < Rounds; round++)
                {
                    load.Floors[i].Add(await candidates[0].RunAsync(Requests, connections));
                    load.Own[i].Add(await candidates[i].RunAsync(Requests, connections));
                }
            }
        }
    }

    private static Target[] Targets(Turns load, int connections)
    {
        var results = Measured.Fold(Names, load.Own, load.Floors);
        Report.Hits($"A cached response of 2 KB over Kestrel, {connections} connections, CPU of the server", results);
        var (ours, output) = (results.Single(static r => r.Name == HttpServer.Ours), results.Single(static r => r.Name == HttpServer.OutputCaching));
        return
        [
            new($"response hit, {connections} connections, CPU", ours.Ratio, 1.07, "x no cache"),
            new($"response hit, {connections} connections, allocation", ours.Bytes, output.Bytes, "B"),
        ];
    }

    /// <summary>What the turns of each candidate came to, and the floor's beside them.</summary>
    private sealed class Turns(int candidates)
    {
        public List<(double, double)>[] Own { get; } = [.. Enumerable.Range(0, candidates).Select(static _ => new List<(double, double)>())];

        public List<(double, double)>[] Floors { get; } = [.. Enumerable.Range(0, candidates).Select(static _ => new List<(double, double)>())];
    }
}
