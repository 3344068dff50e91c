using System.Text.Json;
using DistributedCache.Packaging.Tests;

[assembly: AssemblyFixture(typeof(PackedFeed))]

namespace DistributedCache.Packaging.Tests;

/// <summary>All projects of src, packed to a feed of their own outside the repository, under a version nobody has cached.</summary>
public sealed class PackedFeed : IAsyncLifetime
{
    private readonly string _build;
    private Lazy<Task>? _again;

    public PackedFeed()
    {
        Folder = Directory.CreateTempSubdirectory("distributedcache-feed-").FullName;
        _build = Directory.CreateTempSubdirectory("distributedcache-build-").FullName;
    }

    public string Version { get; } = $"9.9.9-test.{Guid.NewGuid():N}";

    public string Folder { get; }

    public async ValueTask InitializeAsync()
    {
        // One run for all, so that what they share is restored and compiled once.
        var projects = Repository.Packed.Select(static id => $"src\\{id}\\{id}.csproj");
        await File.WriteAllTextAsync(Filter, JsonSerializer.Serialize(new { solution = new { path = Repository.Solution, projects } }));
        await PackAsync(Folder, []);
        _again = new Lazy<Task>(() => PackAsync(AgainFolder, ["--no-restore", "-t:Rebuild,Pack"]));
    }

    internal Package Open(string id) => Package.Open(Folder, id, Version);

    /// <summary>Compiles everything anew, once, from the same sources.</summary>
    internal async Task<Package> OpenAgainAsync(string id)
    {
        await _again!.Value;
        return Package.Open(AgainFolder, id, Version);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        Directory.Delete(_build, recursive: true);
        return ValueTask.CompletedTask;
    }

    private string AgainFolder => Path.Combine(_build, "again");

    private string Filter => Path.Combine(_build, "Packed.slnf");

    // The repository's own bin and obj are left alone: other tests may be running from them. Analyzers change no assembly.
    private Task PackAsync(string folder, IEnumerable<string> more) => Shell.RunAsync(Repository.Root, "dotnet",
    [
        "pack", Filter, "-c", "Release", $"-p:PackageOutputPath={folder}", "--artifacts-path", _build, "-v", "quiet",
        "-p:ContinuousIntegrationBuild=true", "-p:RunAnalyzers=false", $"-p:MinVerVersionOverride={Version}", .. more,
    ]);
}
