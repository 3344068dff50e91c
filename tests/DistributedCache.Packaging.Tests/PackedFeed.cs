using DistributedCache.Packaging.Tests;

[assembly: AssemblyFixture(typeof(PackedFeed))]

namespace DistributedCache.Packaging.Tests;

/// <summary>All projects of src, packed to a feed of their own outside the repository, under a version nobody has cached.</summary>
public sealed class PackedFeed : IAsyncLifetime
{
    private readonly string _build;

    public PackedFeed()
    {
        Folder = Directory.CreateTempSubdirectory("distributedcache-feed-").FullName;
        _build = Directory.CreateTempSubdirectory("distributedcache-build-").FullName;
    }

    public string Version { get; } = $"9.9.9-test.{Guid.NewGuid():N}";

    public string Folder { get; }

    public async ValueTask InitializeAsync()
    {
        foreach (var id in Repository.Packed)
            await PackAsync(id, Folder, []);
    }

    /// <summary>Compiles everything anew, from the same sources, and packs it elsewhere.</summary>
    public async Task<string> PackAgainAsync(string id)
    {
        var folder = Path.Combine(_build, "again");
        await PackAsync(id, folder, ["--no-restore", "-t:Rebuild,Pack"]);
        return folder;
    }

    internal Package Open(string id) => Package.Open(Folder, id, Version);

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        Directory.Delete(_build, recursive: true);
        return ValueTask.CompletedTask;
    }

    // The repository's own bin and obj are left alone: other tests may be running from them.
    private Task PackAsync(string id, string folder, IEnumerable<string> more) => Shell.RunAsync(Repository.Root, "dotnet",
    [
        "pack", Repository.ProjectFile(id), "-c", "Release", "-o", folder, "--artifacts-path", _build, "-v", "quiet",
        "-p:ContinuousIntegrationBuild=true", $"-p:MinVerVersionOverride={Version}", .. more,
    ]);
}
