using System.Diagnostics;

namespace Storefront.Tests;

/// <summary>Slow, as it compiles to native code: about a minute. It needs gcc or clang, and zlib's headers.</summary>
[Trait("Category", "Native")]
public sealed class NativeSampleTests
{
    [Fact]
    public async Task Aot_Published_WarnsOfNothingAndFindsWhatItShould()
    {
        var folder = Directory.CreateTempSubdirectory("aot-");
        try
        {
            var program = Path.Combine(folder.FullName, "program");
            // All of it built elsewhere: a build of the solution may be using its own folders. The warnings of the native
            // compiler are what is looked for; the analyzers' are that build's.
            var published = await RunAsync(
                "dotnet", "publish", Path.Combine(RepositoryRoot(), "samples", "Aot"), "--use-current-runtime", "--output", program,
                "--artifacts-path", Path.Combine(folder.FullName, "artifacts"), "-nodeReuse:false", "-p:RunAnalyzers=false");
            Assert.True(published.ExitCode == 0 && !published.Output.Contains("warning "), published.Output);

            var found = await RunAsync(Path.Combine(program, OperatingSystem.IsWindows() ? "Aot.exe" : "Aot"));
            Assert.True(found.ExitCode == 0, found.Output);
            Assert.All(found.Output.Trim().Split('\n'), line => Assert.StartsWith("ok ", line));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] arguments)
    {
        var token = TestContext.Current.CancellationToken;
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(token);
            var errors = process.StandardError.ReadToEndAsync(token);
            await process.WaitForExitAsync(token);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DistributedCache.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException($"{AppContext.BaseDirectory} is not in the repository, where DistributedCache.sln is.");
        }

        return folder.FullName;
    }
}
