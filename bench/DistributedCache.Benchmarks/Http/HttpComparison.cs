using DistributedCache.Benchmarks.Quick;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.Benchmarks.Http;

/// <summary>What a cached response costs a server that answers over Kestrel, each candidate in a process of its own.</summary>
/// <remarks>Each takes turns with the floor; what counts is the median of the ratios within a round. CPU is that of the whole server process, Kestrel and
/// the background work of a cache included.</remarks>
internal static class HttpComparison
{
    private const int Connections = 4;
    private const int Rounds = 61;
    private const int Requests = 2_000;
    private const int WarmUpTurns = 24;

    private static readonly string[] Names = [HttpServer.None, HttpServer.ResponseCaching, HttpServer.OutputCaching, HttpServer.OutputCachingOnRedis, HttpServer.Ours];

    public static async Task<IReadOnlyList<Target>> RunAsync()
    {
        await using var cluster = await RedisCluster.StartAsync();
        List<HttpCandidate> candidates = [];
        try
        {
            foreach (var name in Names) candidates.Add(await HttpCandidate.StartAsync(name, cluster.ConnectionString, Connections));
            return await MeasureAsync(candidates);
        }
        finally
        {
            foreach (var candidate in candidates) await candidate.DisposeAsync();
        }
    }

    private static async Task<IReadOnlyList<Target>> MeasureAsync(IReadOnlyList<HttpCandidate> candidates)
    {
        for (var turn = 0; turn < WarmUpTurns; turn++)
        {
            foreach (var candidate in candidates) await candidate.RunAsync(Requests);
        }

        foreach (var candidate in candidates) await candidate.CheckAsync();
        var rounds = candidates.Select(static _ => new (double, double)[Rounds]).ToArray();
        var floors = candidates.Select(static _ => new (double, double)[Rounds]).ToArray();
        for (var i = 0; i < candidates.Count; i++)
        {
            for (var round = 0; round < Rounds; round++)
            {
                floors[i][round] = await candidates[0].RunAsync(Requests);
                rounds[i][round] = await candidates[i].RunAsync(Requests);
            }
        }

        var results = Measured.Fold([.. candidates.Select(static c => c.Name)], rounds, floors);
        Report.Hits("A cached response of 2 KB over Kestrel, CPU of the server", results);
        var (ours, output) = (results.Single(static r => r.Name == HttpServer.Ours), results.Single(static r => r.Name == HttpServer.OutputCaching));
        return
        [
            new("response hit, CPU", ours.Ratio, 1.07, "x no cache"),
            new("response hit, allocation", ours.Bytes, output.Bytes, "B"),
        ];
    }
}
