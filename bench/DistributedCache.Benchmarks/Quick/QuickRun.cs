using System.Diagnostics;
using System.Runtime.InteropServices;
using DistributedCache.Benchmarks.Http;
using DistributedCache.Benchmarks.Quick.Remote;

namespace DistributedCache.Benchmarks.Quick;

/// <summary>
/// All concepts in under two minutes. Candidates take turns (A B C A B C …), and what counts is the median of the ratios
/// within a round: a busy machine slows a whole round, not one candidate.
/// </summary>
internal static class QuickRun
{
    /// <returns>Whether every bound holds.</returns>
    public static async Task<bool> RunAsync()
    {
        var start = Stopwatch.GetTimestamp();
        Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}, {Environment.ProcessorCount} processors\n");

        List<Target> targets = [];
        targets.AddRange(HitComparison.Run(tagged: false));
        targets.AddRange(HitComparison.Run(tagged: true));
        targets.AddRange(await StampedeComparison.RunAsync());
        targets.Add(MemoryComparison.Run());
        targets.AddRange(await RemoteComparison.RunAsync());

        var holds = Holds(targets);
        Console.WriteLine($"\n{Stopwatch.GetElapsedTime(start).TotalSeconds:0} s");
        return holds;
    }

    /// <summary>The remote tier alone.</summary>
    /// <returns>Whether every bound holds.</returns>
    public static async Task<bool> RemoteAsync() => Holds(await RemoteComparison.RunAsync());

    /// <summary>Cached responses.</summary>
    /// <returns>Whether every bound holds.</returns>
    public static async Task<bool> HttpAsync() => Holds(await HttpComparison.RunAsync());

    private static bool Holds(IReadOnlyList<Target> targets)
    {
        foreach (var target in targets) Console.WriteLine(target);
        return targets.All(static t => t.Holds);
    }
}
