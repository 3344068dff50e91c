using System.Diagnostics;
using System.Text.RegularExpressions;

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>The redis-server the tests run: REDIS_SERVER if it is set, or the one on the PATH; 7.0 or newer.</summary>
public static partial class RedisServerBinary
{
    private const string Advice = "install Redis 7.0 or newer (Debian and Ubuntu: apt-get install redis-server) or set REDIS_SERVER to one.";

    private static readonly Lazy<string> Found = new(Find);

    public static string Path => Found.Value;

    private static string Find()
    {
        var path = Environment.GetEnvironmentVariable("REDIS_SERVER") is { Length: > 0 } named ? System.IO.Path.GetFullPath(named) : OnPath();
        if (path is null || !File.Exists(path))
            throw new InvalidOperationException($"The tests found no redis-server{(path is null ? "" : $" at {path}")}: {Advice}");

        var version = VersionOf(path);
        return version.Major >= 7
            ? path
            : throw new InvalidOperationException($"The tests need redis-server 7.0, and {path} is {version}: {Advice}");
    }

    private static string? OnPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => System.IO.Path.Combine(folder, "redis-server"))
            .FirstOrDefault(File.Exists);

    private static Version VersionOf(string path)
    {
        using var process = Process.Start(new ProcessStartInfo(path, "--version") { RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Version.TryParse(VersionPattern().Match(said).Groups[1].Value, out var version) ? version : new Version(0, 0);
    }

    [GeneratedRegex(@"v=(\d+\.\d+\.\d+)")]
    private static partial Regex VersionPattern();
}
