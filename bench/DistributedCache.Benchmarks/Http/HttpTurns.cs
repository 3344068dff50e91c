using DistributedCache.Benchmarks.Quick;

namespace DistributedCache.Benchmarks.Http;

/// <summary>What the turns of each candidate came to over so many connections, and the floor's beside them.</summary>
internal sealed class HttpTurns(int connections, int candidates)
{
    private readonly List<(double, double)>[] _own = [.. Enumerable.Range(0, candidates).Select(static _ => new List<(double, double)>())];
    private readonly List<(double, double)>[] _floors = [.. Enumerable.Range(0, candidates).Select(static _ => new List<(double, double)>())];

    public int Connections => connections;

    /// <summary>Has each candidate take turns with the floor: whose turn is the second finds the machine as the first has left it, so each is
    /// that as often.</summary>
    public async Task TakeAsync(HttpCandidate floor, IReadOnlyList<HttpCandidate> own, int rounds, int requests)
    {
        for (var i = 0; i < own.Count; i++)
        {
            for (var round = 0; round < rounds; round++)
            {
                if (round % 2 == 0) await TakeAsync(_floors[i], floor, requests);
                await TakeAsync(_own[i], own[i], requests);
                if (round % 2 == 1) await TakeAsync(_floors[i], floor, requests);
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
