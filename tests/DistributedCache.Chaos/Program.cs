using DistributedCache.Chaos;
using DistributedCache.Chaos.Checks;

ChaosOptions options;
try
{
    options = ChaosOptions.Parse(args);
    if (options.History is { } history) await File.WriteAllTextAsync(history, "");
}
catch (Exception exception) when (exception is ArgumentException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(exception is ArgumentException ? exception.Message : $"--history can't be written: {exception.Message}");
    return 2;
}

Console.WriteLine($"{options.Nodes} nodes, {options.Seconds} s, faults {string.Join(',', options.Faults)}, node timeout {options.NodeTimeout} ms, seed {options.Seed}{(options.Rival is { } rival ? $", {rival}" : "")}");
var rows = await new ChaosRun(options, Console.WriteLine).RunAsync();
Table.Print(rows, Console.Out);
return rows.Any(static row => row.IsBroken) ? 1 : 0;
