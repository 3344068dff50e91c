using DistributedCache.Benchmarks.Quick;

namespace DistributedCache.Benchmarks.Traces;

/// <summary>Hit ratios of eviction policies on recorded traces.</summary>
internal static class TraceRun
{
    private static readonly (string Name, Func<int, ITracePolicy> Make)[] Policies =
    [
        ("LRU", static capacity => new LruPolicy(capacity)),
        ("ConcurrentLru", static capacity => new ConcurrentLruPolicy(capacity)),
        ("ConcurrentLfu", static capacity => new ConcurrentLfuPolicy(capacity)),
        ("DistributedCache", static capacity => new LocalStorePolicy(capacity)),
    ];

    public static void Run(string folder)
    {
        var rows =
            from trace in Trace.In(folder)
            from capacity in trace.Capacities()
            select (string[])[trace.Name, $"{capacity}", .. Policies.Select(p => Report.Number(trace.HitRatio(p.Make(capacity)), "0.0"))];

        Report.Table("Hit ratio in %", ["trace", "entries", .. Policies.Select(static p => p.Name)], rows);
    }
}
