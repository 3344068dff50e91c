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

    public static string Solution { get; } = Path.Combine(Root, "DistributedCache.sln");

    /// <summary>The remote's address; null in a clone of a folder, or without a remote: a package has nothing to point to then.</summary>
    public static async Task<string?> RemoteAsync()
    {
        var (exitCode, output) = await Shell.TryAsync(Root, "git", ["remote", "get-url", "origin"]);
        var address = output.Trim();
        return exitCode == 0 && (address.Contains("://", StringComparison.Ordinal) || address.Contains('@', StringComparison.Ordinal))
            && !address.StartsWith("file:", StringComparison.Ordinal) ? address : null;
    }

    /// <summary>Whether the remote is on a host that the SDK's SourceLink knows.</summary>
    public static async Task<bool> IsLinkableAsync() =>
        await RemoteAsync() is { } remote
        && ((string[])["github.com", "gitlab.com", "bitbucket.org", "dev.azure.com"]).Any(host => remote.Contains(host, StringComparison.OrdinalIgnoreCase));
}
