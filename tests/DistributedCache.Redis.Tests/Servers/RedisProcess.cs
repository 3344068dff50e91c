using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>One redis-server on a free port of the loopback interface, which keeps nothing on disk once it is disposed.</summary>
public sealed class RedisProcess : IAsyncDisposable
{
    private const int SigKill = 9, SigStop = 19, SigContinue = 18;

    private readonly string _folder;
    private readonly string[] _arguments;
    private Process? _process;

    private RedisProcess(int port, IEnumerable<string> settings, bool sentinel)
    {
        Port = port;
        _folder = ServerFolder.Create(port);
        var file = Path.Combine(_folder, "redis.conf");
        File.WriteAllLines(file,
        [
            $"port {port}", "bind 127.0.0.1", "protected-mode no", "daemonize no", $"dir {_folder}",
            $"pidfile {Path.Combine(_folder, "pid")}", $"logfile {LogFile}",
            .. sentinel ? Array.Empty<string>() : ["appendonly no", "save \"\"", "repl-diskless-sync-delay 0"],
            .. settings,
        ]);
        _arguments = sentinel ? [file, "--sentinel"] : [file];
    }

    public int Port { get; }

    /// <summary>The address as StackExchange.Redis writes it.</summary>
    public string Endpoint => $"127.0.0.1:{Port}";

    /// <summary>Whether the process is there and not stopped, so that a command can have an answer.</summary>
    public bool IsRunning { get; private set; }

    private string LogFile => Path.Combine(_folder, "log");

    /// <summary>Starts a server with lines of redis.conf beside those every server of the tests has, and waits for its PONG.</summary>
    public static async Task<RedisProcess> StartAsync(params string[] settings) => await StartAsync(settings, sentinel: false);

    internal static async Task<RedisProcess> StartAsync(IEnumerable<string> settings, bool sentinel)
    {
        var server = new RedisProcess(Ports.Next(), settings, sentinel);
        try
        {
            await server.RunAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends one command to this server over a connection of its own.</summary>
    public async Task<object?> ExecuteAsync(params string[] command)
    {
        using var connection = await RespConnection.OpenAsync(Port);
        return await connection.ExecuteAsync(command);
    }

    /// <summary>What INFO says in one field, or null.</summary>
    public async Task<string?> InfoAsync(string section, string field) => Field((string)(await ExecuteAsync("INFO", section))!, field);

    /// <summary>Ends the process as a crash does: SIGKILL.</summary>
    public async Task KillAsync()
    {
        IsRunning = false;
        if (_process is not { } process) return;
        _process = null;
        using (process)
        {
            if (!process.HasExited) Signal(process.Id, SigKill);
            await process.WaitForExitAsync();
        }

        // The guard kills what a pid file names, and the number may soon be another's.
        File.Delete(Path.Combine(_folder, "pid"));
    }

    /// <summary>Hangs the process (SIGSTOP): its connections stay open and answer nothing.</summary>
    public void Stop()
    {
        IsRunning = false;
        Signal(Running.Id, SigStop);
    }

    /// <summary>Lets a stopped process go on (SIGCONT).</summary>
    public void Continue()
    {
        Signal(Running.Id, SigContinue);
        IsRunning = true;
    }

    /// <summary>Starts it again on the same port, empty but for what a cluster's node knows of its cluster.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await RunAsync();
    }

    /// <summary>Continues it if it is stopped, starts it if it was killed.</summary>
    internal async Task ReviveAsync()
    {
        if (_process is null) await RunAsync();
        else if (!IsRunning) Continue();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The end of the server's log, for the message of a wait that failed.</summary>
    public string LogTail() =>
        $"{Endpoint} logged last:\n{(File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(20)) : "nothing")}";

    internal static string? Field(string info, string field) =>
        info.Split("\r\n").FirstOrDefault(line => line.StartsWith(field + ":", StringComparison.Ordinal))?[(field.Length + 1)..];

    private Process Running => _process ?? throw new InvalidOperationException($"{Endpoint} has been killed.");

    private async Task RunAsync()
    {
        var process = Process.Start(new ProcessStartInfo(RedisServerBinary.Path, _arguments) { WorkingDirectory = _folder })!;
        _process = process;
        await Poll.UntilAsync(
            async () => process.HasExited
                ? throw new InvalidOperationException($"redis-server ended with exit code {process.ExitCode}. {LogTail()}")
                : await ExecuteAsync("PING") is "PONG",
            () => $"redis-server did not answer a PING. {LogTail()}");
        IsRunning = true;
    }

    private static void Signal(int process, int signal)
    {
        if (Kill(process, signal) != 0) throw new InvalidOperationException($"Signal {signal} to process {process} failed with errno {Marshal.GetLastPInvokeError()}.");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);
}
