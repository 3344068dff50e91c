using System.Collections.Concurrent;

namespace DistributedCache.Redis.Tests.Servers;

/// <summary>The commands clients send to some servers, as MONITOR tells them; what scripts call is not among them.</summary>
internal sealed class CommandRecord : IAsyncDisposable
{
    private readonly List<(RedisProcess Server, RespConnection Connection, Task Reading)> _monitors = [];
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly CancellationTokenSource _stop = new();

    public static async Task<CommandRecord> StartAsync(IEnumerable<RedisProcess> servers)
    {
        var record = new CommandRecord();
        foreach (var server in servers)
        {
            var connection = await RespConnection.OpenAsync(server.Port);
            await connection.ExecuteAsync("MONITOR");
            record._monitors.Add((server, connection, record.ReadAsync(connection)));
        }

        return record;
    }

    /// <summary>The commands that name a text, up to now: each server is asked for an echo, and its line waited for.</summary>
    public async Task<IReadOnlyList<string>> NamingAsync(string text)
    {
        foreach (var (server, _, _) in _monitors)
        {
            var mark = Guid.NewGuid().ToString("N");
            await server.ExecuteAsync("ECHO", mark);
            await Poll.UntilAsync(() => Task.FromResult(_lines.Any(line => line.Contains(mark, StringComparison.Ordinal))), () => "MONITOR did not tell of an ECHO.");
        }

        return [.. _lines.Where(line => line.Contains(text, StringComparison.Ordinal) && !line.Contains(" lua]", StringComparison.Ordinal))];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var (_, connection, reading) in _monitors)
        {
            await reading;
            connection.Dispose();
        }

        _stop.Dispose();
    }

    private async Task ReadAsync(RespConnection connection)
    {
        try
        {
            while (true) _lines.Enqueue($"{await connection.ReadAsync(_stop.Token)}");
        }
        catch (OperationCanceledException)
        {
            // The record is over.
        }
    }
}
