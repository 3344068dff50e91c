namespace DistributedCache.Benchmarks.Http;

/// <summary>What a request cost the server.</summary>
/// <param name="Nanoseconds">Of CPU.</param>
/// <param name="Bytes">Allocated.</param>
/// <param name="Compiling">The part of the time that the runtime spent on compiling the server's code anew.</param>
internal readonly record struct HttpCost(double Nanoseconds, double Bytes, double Compiling);

/// <summary>What a server has used since it started.</summary>
internal readonly record struct HttpUse(double Microseconds, double Bytes, double CompilingMicroseconds)
{
    public HttpCost Since(HttpUse before, int requests) => new(
        (Microseconds - before.Microseconds) * 1_000 / requests,
        (Bytes - before.Bytes) / requests,
        (CompilingMicroseconds - before.CompilingMicroseconds) / (Microseconds - before.Microseconds));
}
