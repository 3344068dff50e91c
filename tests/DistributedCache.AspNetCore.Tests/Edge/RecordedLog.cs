using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DistributedCache.AspNetCore.Tests.Edge;

/// <summary>Keeps the ids of what is logged.</summary>
internal sealed class RecordedLog : ILogger
{
    private readonly ConcurrentQueue<int> _events = new();

    /// <summary>The event that can't be logged.</summary>
    public int? Throws { get; set; }

    public int Count(int id) => _events.Count(logged => logged == id);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == Throws) throw new InvalidOperationException("The log is full.");
        _events.Enqueue(eventId.Id);
    }
}

/// <summary>Gives every category the same log.</summary>
internal sealed class RecordedLogProvider(RecordedLog log) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => log;

    public void Dispose()
    {
    }
}
