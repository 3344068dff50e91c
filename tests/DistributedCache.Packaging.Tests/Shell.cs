using System.Diagnostics;

namespace DistributedCache.Packaging.Tests;

/// <summary>Runs commands as a user's terminal would, whatever ran the tests.</summary>
internal static class Shell
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    /// <summary>Runs a command to its end; one that fails throws with everything it printed.</summary>
    public static async Task RunAsync(string folder, string command, IEnumerable<string> arguments)
    {
        var (exitCode, output) = await TryAsync(folder, command, arguments);
        if (exitCode != 0)
            throw new InvalidOperationException($"'{command} {string.Join(' ', arguments)}' ended with exit code {exitCode}:\n{output}");
    }

    public static async Task<(int ExitCode, string Output)> TryAsync(string folder, string command, IEnumerable<string> arguments)
    {
        using var process = Process.Start(Command(folder, command, arguments))!;
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    public static ProcessStartInfo Command(string folder, string command, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(command, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // 'dotnet test' and 'dotnet run' leave their build engine's paths to their children, who would build with it.
        foreach (var name in start.Environment.Keys.Where(static n => n.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(name);
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        return start;
    }
}
