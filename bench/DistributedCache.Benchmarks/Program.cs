using BenchmarkDotNet.Running;
using DistributedCache.Benchmarks.Quick;
using DistributedCache.Benchmarks.Traces;

// --quick [--report-only]   all concepts in two minutes; exit code 1 if a bound is broken
// --remote                  of these the remote tier alone
// --traces <folder>         hit ratios on the traces in a folder
// anything else             BenchmarkDotNet's own arguments
switch (args)
{
    case ["--quick", .. var rest]:
        return await QuickRun.RunAsync() || rest.Contains("--report-only") ? 0 : 1;
    case ["--remote"]:
        return await QuickRun.RemoteAsync() ? 0 : 1;
    case ["--traces", var folder]:
        TraceRun.Run(folder);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
