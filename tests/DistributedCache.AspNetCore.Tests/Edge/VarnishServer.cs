using System.Diagnostics;
using DistributedCache.Redis.Tests.Servers;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>One varnishd on a free port of the loopback interface, before an origin, with the configuration the documentation shows.</summary>
internal sealed class VarnishServer : IAsyncDisposable
{
    public const string Missing = "varnishd with vmod_xkey is not installed (Debian and Ubuntu: apt-get install varnish varnish-modules).";

    private static readonly string? Binary = Array.Find(["/usr/sbin/varnishd", "/usr/local/sbin/varnishd"], File.Exists);

    private readonly Process _process;
    private readonly string _folder;

    private VarnishServer(Process process, string folder, Uri address) => (_process, _folder, Address) = (process, folder, address);

    public static bool IsInstalled { get; } = Binary is not null && Directory.Exists("/usr/lib")
        && Directory.EnumerateFiles("/usr/lib", "libvmod_xkey.so", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, MaxRecursionDepth = 4 }).Any();

    public Uri Address { get; }

    public static string Configuration { get; } = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Edge", "varnish.vcl"));

    /// <param name="origin">What it fetches from; it need not be there yet.</param>
    public static async Task<VarnishServer> StartAsync(Uri origin)
    {
        var port = Ports.Next();
        var folder = ServerFolder.Create(port);
        var file = Path.Combine(folder, "default.vcl");
        await File.WriteAllTextAsync(file, Configuration.Replace("\"8080\"", $"\"{origin.Port}\"", StringComparison.Ordinal));
        var process = Process.Start(new ProcessStartInfo(
            Binary!,
            ["-F", "-j", "none", "-a", $"127.0.0.1:{port}", "-f", file, "-n", Path.Combine(folder, "work"), "-P", Path.Combine(folder, "pid"), "-s", "malloc,16m"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = new List<string?>();
        process.OutputDataReceived += (_, line) => Add(output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new VarnishServer(process, folder, new Uri($"http://127.0.0.1:{port}"));
        try
        {
            await Poll.UntilAsync(server.AnswersAsync, () => $"varnishd did not start:\n{Text(output)}");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> AnswersAsync()
    {
        if (_process.HasExited) throw new InvalidOperationException("varnishd has ended.");
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(Address.Host, Address.Port);
        return true;
    }

    private static void Add(List<string?> output, string? line)
    {
        lock (output) output.Add(line);
    }

    private static string Text(List<string?> output)
    {
        lock (output) return string.Join('\n', output);
    }
}
