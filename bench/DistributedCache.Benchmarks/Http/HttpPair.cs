namespace DistributedCache.Benchmarks.Http;

/// <summary>A candidate's server and one without a cache, of the same age and with the same load behind them.</summary>
internal sealed class HttpPair(HttpCandidate floor, HttpCandidate own) : IAsyncDisposable
{
    public HttpCandidate Floor => floor;

    public HttpCandidate Own => own;

    /// <param name="candidate">The candidate.</param>
    /// <param name="redis">The servers of the cache.</param>
    /// <param name="connections">How many are opened to each.</param>
    /// <param name="isFloorFirst">Which of the two starts first.</param>
    public static async Task<HttpPair> StartAsync(string candidate, string redis, int connections, bool isFloorFirst)
    {
        var first = await HttpCandidate.StartAsync(isFloorFirst ? HttpServer.None : candidate, redis, connections);
        var second = await HttpCandidate.StartAsync(isFloorFirst ? candidate : HttpServer.None, redis, connections);
        return isFloorFirst ? new HttpPair(first, second) : new HttpPair(second, first);
    }

    public async ValueTask DisposeAsync()
    {
        await floor.DisposeAsync();
        await own.DisposeAsync();
    }
}
