using System.Reflection;

namespace DistributedCache.Packaging.Tests;

internal static class Repository
{
    public static string Root { get; } = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(static a => a.Key == nameof(Repository) + nameof(Root)).Value!;

    /// <summary>The projects that become packages; each lies in the folder of its name.</summary>
    public static IEnumerable<string> Packed { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(static file => Path.GetFileNameWithoutExtension(file))
            .Order(StringComparer.Ordinal),
    ];

    public static string ProjectFile(string id) => Path.Combine(Root, "src", id, id + ".csproj");

    /// <summary>Whether there is a remote to point to: without one SourceLink has nothing to write.</summary>
    public static async Task<bool> HasRemoteAsync() =>
        (await Shell.TryAsync(Root, "git", ["remote", "get-url", "origin"])).ExitCode == 0;
}
