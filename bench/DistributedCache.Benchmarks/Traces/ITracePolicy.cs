namespace DistributedCache.Benchmarks.Traces;

/// <summary>An eviction policy that a recorded trace is played to.</summary>
internal interface ITracePolicy
{
    /// <summary>Asks for a key, and stores it if it isn't there.</summary>
    /// <returns>Whether it was there.</returns>
    bool Access(uint key);
}
