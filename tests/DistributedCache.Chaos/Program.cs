using DistributedCache.Chaos;
using DistributedCache.Chaos.Checks;

ChaosOptions options;
try
{
    options = ChaosOptions.Parse(args);
}
catch (ArgumentException exception)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 2;
}

Console.WriteLine($"{options.Nodes} nodes, {options.Seconds} s, faults {string.Join(',', options.Faults)}, node timeout {options.NodeTimeout} ms, seed {options.Seed}{(options.Rival is { } rival ? $", {rival}" : "")}");
var rows = await ChaosRun.RunAsync(options, Console.WriteLine);
Table.Print(rows, Console.Out);
return rows.Any(static row => row.IsBroken) ? 1 : 0;
