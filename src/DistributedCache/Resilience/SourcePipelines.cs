using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.RateLimiting;
using Polly.Telemetry;
using Polly.Timeout;

namespace DistributedCache.Resilience;

/// <summary>The Polly pipelines that factories run in: the hard timeout, and within it a cap on what runs at once against a source.</summary>
/// <remarks>The wait for a turn is part of what the timeout limits: a source whose turns are all taken by factories that hang holds up
/// nobody for longer than that.</remarks>
internal sealed class SourcePipelines(TimeProvider timeProvider) : IDisposable
{
    private const string Name = "DistributedCache.Factory";

    // Polly's metrics without its log: that has a line for every load, with the value in it.
    private static readonly TelemetryOptions Telemetry = new() { LoggerFactory = NullLoggerFactory.Instance };

    private readonly ConcurrentDictionary<(string? Source, int Permits, int Queue, TimeSpan? Timeout), ResiliencePipeline> _pipelines = new();
    private readonly ConcurrentDictionary<(string Source, int Permits, int Queue), ConcurrencyLimiter> _limiters = new();

    /// <summary>The pipeline for a source and a hard timeout. All pipelines of a source share its one limiter.</summary>
    public ResiliencePipeline For(string? source, int permits, int queue, TimeSpan? timeout) =>
        _pipelines.GetOrAdd((source, permits, queue, timeout), static (key, self) => self.Build(key.Source, key.Permits, key.Queue, key.Timeout), this);

    /// <summary>Whether a rejection is of these pipelines, and not of one that the factory itself uses.</summary>
    public static bool IsOwn(ExecutionRejectedException rejection) => rejection.TelemetrySource?.PipelineName == Name;

    public void Dispose()
    {
        foreach (var limiter in _limiters.Values) limiter.Dispose();
    }

    private ResiliencePipeline Build(string? source, int permits, int queue, TimeSpan? timeout)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = timeProvider, Name = Name, InstanceName = source };
        builder.ConfigureTelemetry(Telemetry);
        if (timeout is { } limit) builder.AddTimeout(new TimeoutStrategyOptions { Timeout = limit });
        if (source is null) return builder.Build();
        var limiter = _limiters.GetOrAdd((source, permits, queue), static key =>
            new ConcurrencyLimiter(new() { PermitLimit = key.Permits, QueueLimit = key.Queue }));
        builder.AddRateLimiter(new RateLimiterStrategyOptions { RateLimiter = arguments => SourceTurn.TakeAsync(limiter, arguments.Context) });
        return builder.Build();
    }
}
