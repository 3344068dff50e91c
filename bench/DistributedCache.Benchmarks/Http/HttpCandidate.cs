using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace DistributedCache.Benchmarks.Http;

/// <summary>A candidate's server process, and the connections that load it.</summary>
internal sealed class HttpCandidate : IAsyncDisposable
{
    private readonly Process _process;
    private readonly HttpClient _client = new();
    private readonly Uri _address;
    private readonly PageConnection[] _connections;

    private HttpCandidate(string name, Process process, Uri address, int connections)
    {
        Name = name;
        _process = process;
        _address = address;
        _connections = [.. Enumerable.Range(0, connections).Select(_ => new PageConnection(address))];
    }

    public string Name { get; }

    public static async Task<HttpCandidate> StartAsync(string name, string redis, int connections)
    {
        var host = Environment.ProcessPath!;
        List<string> arguments = ["--http-server", name, redis];
        if (Path.GetFileNameWithoutExtension(host) == "dotnet") arguments.Insert(0, Assembly.GetExecutingAssembly().Location);
        var start = Processors.OnFirst(host, arguments);
        start.RedirectStandardInput = start.RedirectStandardOutput = true;

        // As projects of the web SDK have it.
        start.Environment["DOTNET_gcServer"] = "1";
        var process = Process.Start(start)!;
        var address = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"The server of '{name}' did not start.");
        return new HttpCandidate(name, process, new Uri(address), connections);
    }

    /// <summary>Asks for the page on so many connections at once, so many times in all.</summary>
    public async Task<HttpCost> RunAsync(int requests, int connections)
    {
        var before = await UsedAsync();
        await Task.WhenAll(_connections.Take(connections).Select(connection => Task.Factory.StartNew(
            () => connection.Ask(requests / connections), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return (await UsedAsync()).Since(before, requests);
    }

    public async Task<HttpUse> UsedAsync()
    {
        double[] used = [.. (await _client.GetStringAsync(new Uri(_address, "/used"))).Split(' ').Select(static number => double.Parse(number, CultureInfo.InvariantCulture))];
        return new HttpUse(used[0], used[1], used[2]);
    }

    /// <summary>Fails where a page does not come from the cache.</summary>
    public async Task CheckAsync()
    {
        using var answer = await _client.GetAsync(new Uri(_address, "/page"));
        if (answer.Headers.Age is null != (Name == HttpServer.None)) throw new InvalidOperationException($"The answer of '{Name}' comes from the wrong place:\n{answer}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections) connection.Dispose();
        _client.Dispose();
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
