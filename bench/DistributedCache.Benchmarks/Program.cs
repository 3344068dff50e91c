using BenchmarkDotNet.Running;
using DistributedCache.Benchmarks.Http;
using DistributedCache.Benchmarks.Quick;
using DistributedCache.Benchmarks.Traces;

// --quick [--report-only]   all concepts in two minutes; exit code 1 if a bound is broken
// --remote                  of these the remote tier alone
// --http                    cached responses over Kestrel, each candidate in a process of its own
// --traces <folder>         hit ratios on the traces in a folder
// anything else             BenchmarkDotNet's own arguments
switch (args)
{
    case ["--quick", .. var rest]:
        return await QuickRun.RunAsync() || rest.Contains("--report-only") ? 0 : 1;
    case ["--remote"]:
        return await QuickRun.RemoteAsync() ? 0 : 1;
    case ["--http"]:
        return await QuickRun.HttpAsync() ? 0 : 1;
    case ["--http-server", var candidate, var redis]:
        await HttpServer.RunAsync(candidate, redis);
        return 0;
    case ["--traces", var folder]:
        TraceRun.Run(folder);
        return 0;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
        return 0;
}
