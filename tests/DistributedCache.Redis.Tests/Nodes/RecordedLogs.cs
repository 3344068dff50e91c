using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Redis.Tests.Nodes;

/// <summary>Keeps what a node logs; a line's text has its exception, as a console's would.</summary>
internal sealed class RecordedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

    /// <summary>All that was logged.</summary>
    public IReadOnlyList<string> All => [.. _lines.Select(static line => line.Text)];

    /// <summary>The lines of one event.</summary>
    public IReadOnlyList<string> Of(int id) => [.. _lines.Where(line => line.Id == id).Select(static line => line.Text)];

    /// <summary>The lines that name something a server lacks.</summary>
    public IReadOnlyList<(int Id, string Text)> Lacks => [.. _lines.Where(static line => line.Id is >= 2010 and < 2020)];

    public ILogger CreateLogger(string categoryName) => new Logger(_lines);

    public void Dispose()
    {
    }

    private sealed class Logger(ConcurrentQueue<(int, string)> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue((eventId.Id, $"{formatter(state, exception)} {exception}"));
    }
}
