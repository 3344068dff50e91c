using System.Diagnostics;
using System.Globalization;

namespace DistributedCache.Benchmarks.Http;

/// <summary>Gives the servers one processor, and who asks them the others. Where both are on all of them, how many threads a pool comes to and who
/// wakes whom is chance, and a server costs up to a third more or less than another of the same code.</summary>
internal static class Processors
{
    private static readonly long All = OperatingSystem.IsLinux() ? Process.GetCurrentProcess().ProcessorAffinity : 0;
    private static readonly long First = All & -All;
    private static readonly bool AreDivided = All != First;

    /// <summary>Leaves the first to the servers: what this process and those that it starts from now on run on.</summary>
    public static async Task LeaveFirstAsync()
    {
        if (!AreDivided) return;
        using var process = Process.Start(new ProcessStartInfo("taskset", ["-a", "-p", Mask(All & ~First), Environment.ProcessId.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"taskset ended with {process.ExitCode}.");
    }

    /// <summary>How to start what is to run on the first.</summary>
    public static ProcessStartInfo OnFirst(string file, IEnumerable<string> arguments) =>
        AreDivided ? new ProcessStartInfo("taskset", [Mask(First), file, .. arguments]) : new ProcessStartInfo(file, arguments);

    private static string Mask(long processors) => processors.ToString("x", CultureInfo.InvariantCulture);
}
