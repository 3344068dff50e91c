using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Redis.Tests.LesserServers;

/// <summary>Keeps what was logged of the Redis tier.</summary>
internal sealed class LogLines : ILoggerProvider
{
    private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

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
            lines.Enqueue((eventId.Id, formatter(state, exception)));
    }
}
