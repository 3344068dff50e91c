using System.Diagnostics;
using System.Text.RegularExpressions;

namespace DistributedCache.Packaging.Tests;

/// <summary>A web application as a user would begin it: outside the repository, with nothing but the package.</summary>
internal sealed partial class NewApplication : IAsyncDisposable
{
    // What nuget.org has is taken from the machine's package folder where it is there; what is tested never gets into it.
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk.Web">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <Nullable>enable</Nullable>
            <ImplicitUsings>enable</ImplicitUsings>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <RestoreFallbackFolders>$(NUGET_PACKAGES)</RestoreFallbackFolders>
            <RestoreFallbackFolders Condition="'$(NUGET_PACKAGES)' == ''">$(HOME)$(USERPROFILE)/.nuget/packages</RestoreFallbackFolders>
            <RestorePackagesPath>$(MSBuildThisFileDirectory)packages</RestorePackagesPath>
          </PropertyGroup>
        </Project>
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("distributedcache-shop-").FullName;
    private Process? _process;

    /// <summary>Writes the project, adds packages from the feed and builds.</summary>
    public async Task CreateAsync(PackedFeed feed, IEnumerable<string> packages, string program)
    {
        await WriteAsync("Shop.csproj", Project);
        await WriteAsync("Program.cs", program);
        await WriteAsync("NuGet.config", $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{feed.Folder}" />
                <add key="nuget.org" value="https://api.nuget.org/v3/index.json" />
              </packageSources>
              <packageSourceMapping>
                <packageSource key="packed"><package pattern="DistributedCache" /><package pattern="DistributedCache.*" /></packageSource>
                <packageSource key="nuget.org"><package pattern="*" /></packageSource>
              </packageSourceMapping>
            </configuration>
            """);

        foreach (var package in packages)
            await Shell.RunAsync(_folder, "dotnet", ["add", "Shop.csproj", "package", package, "--version", feed.Version, "--no-restore"]);
        await Shell.RunAsync(_folder, "dotnet", ["build", "-c", "Release", "-o", "out", "-v", "quiet"]);
    }

    /// <summary>Starts it on a port the system picks, and answers its address as soon as it listens.</summary>
    public async Task<Uri> StartAsync(CancellationToken cancellationToken)
    {
        _process = Process.Start(Shell.Command(_folder, "dotnet", ["out/Shop.dll", "--urls", "http://127.0.0.1:0"]))!;
        var errors = _process.StandardError.ReadToEndAsync(cancellationToken);
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                // Nobody reads on: without this the application would stop at a full pipe.
                _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return new Uri(match.Groups[1].Value);
            }
        }

        throw new InvalidOperationException($"The application ended before it listened:\n{await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { } process)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private Task WriteAsync(string file, string text) => File.WriteAllTextAsync(Path.Combine(_folder, file), text);

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
