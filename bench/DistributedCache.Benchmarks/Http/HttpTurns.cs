using DistributedCache.Benchmarks.Quick;

namespace DistributedCache.Benchmarks.Http;

/// <summary>What the turns of each candidate came to over so many connections, and its floor's beside them.</summary>
internal sealed class HttpTurns(int connections, int candidates)
{
    private readonly List<(double, double)>[] _own = [.. Enumerable.Range(0, candidates).Select(static _ => new List<(double, double)>())];
    private readonly List<(double, double)>[] _floors = [.. Enumerable.Range(0, candidates).Select(static _ => new List<(double, double)>())];

    public int Connections => connections;

    /// <summary>Has the two of each pair take turns: whose turn is the second finds the machine as the first has left it, so each is that as
    /// often.</summary>
    public async Task TakeAsync(IReadOnlyList<HttpPair> pairs, int rounds, int requests)
    {
        foreach (var (pair, own, floors) in pairs.Zip(_own, _floors))
        {
            for (var round = 0; round < rounds; round++)
            {
                if (round % 2 == 0) await TakeAsync(floors, pair.Floor, requests);
                await TakeAsync(own, pair.Own, requests);
                if (round % 2 == 1) await TakeAsync(floors, pair.Floor, requests);
            }
        }
    }

    public Measured[] Fold(IReadOnlyList<string> names) => Measured.Fold(names, _own, _floors);

    private async Task TakeAsync(List<(double, double)> turns, HttpCandidate candidate, int requests)
    {
        var cost = await candidate.RunAsync(requests, connections);
        turns.Add((cost.Nanoseconds, cost.Bytes));
    }
}
