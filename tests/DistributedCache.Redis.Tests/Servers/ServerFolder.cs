using System.Diagnostics;

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>
/// The folder all servers of this test process live in, each in one of its own. A shell holds the other end of a pipe:
/// when this process ends, however it ends, the pipe closes, and the shell kills what still runs and removes the folder.
/// </summary>
internal static class ServerFolder
{
    private const string CleanUp = """
        trap '' INT TERM HUP
        cat >/dev/null
        for pid in "$0"/*/pid; do [ -f "$pid" ] && kill -9 "$(cat "$pid")" 2>/dev/null; done
        rm -rf "$0"
        """;

    private static readonly Lazy<(string Root, Process Guard)> Opened = new(Open);

    public static string Create(int port) =>
        Directory.CreateDirectory(Path.Combine(Opened.Value.Root, $"{port}")).FullName;

    private static (string Root, Process Guard) Open()
    {
        var root = Directory.CreateTempSubdirectory("redis-tests-").FullName;
        // In a session of its own, where there is the tool for it, the shell outlives a signal to the whole process group.
        string[] shell = File.Exists("/usr/bin/setsid") ? ["/usr/bin/setsid", "/bin/sh"] : ["/bin/sh"];
        var guard = Process.Start(new ProcessStartInfo(shell[0], [.. shell[1..], "-c", CleanUp, root]) { RedirectStandardInput = true })!;
        return (root, guard);
    }
}
