using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Logging.Abstractions;
using Polly;
using Polly.RateLimiting;
using Polly.Telemetry;
using Polly.Timeout;

namespace DistributedCache.Resilience;

/// <summary>The Polly pipelines that factories run in: a cap on what runs at once against a source, then the hard timeout.</summary>
internal sealed class SourcePipelines(TimeProvider timeProvider) : IDisposable
{
    // Polly's metrics without its log: that has a line for every load, with the value in it.
    private static readonly TelemetryOptions Telemetry = new() { LoggerFactory = NullLoggerFactory.Instance };

    private readonly ConcurrentDictionary<(string? Source, int Permits, int Queue, TimeSpan? Timeout), ResiliencePipeline> _pipelines = new();
    private readonly ConcurrentDictionary<(string Source, int Permits, int Queue), ConcurrencyLimiter> _limiters = new();

    /// <summary>The pipeline for a source and a hard timeout. All pipelines of a source share its one limiter.</summary>
    public ResiliencePipeline For(string? source, int permits, int queue, TimeSpan? timeout) =>
        _pipelines.GetOrAdd((source, permits, queue, timeout), static (key, self) => self.Build(key.Source, key.Permits, key.Queue, key.Timeout), this);

    public void Dispose()
    {
        foreach (var limiter in _limiters.Values) limiter.Dispose();
    }

    private ResiliencePipeline Build(string? source, int permits, int queue, TimeSpan? timeout)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = timeProvider, Name = "DistributedCache.Factory", InstanceName = source };
        builder.ConfigureTelemetry(Telemetry);
        if (source is not null && permits > 0)
        {
            var limiter = _limiters.GetOrAdd((source, permits, queue), static key =>
                new ConcurrencyLimiter(new() { PermitLimit = key.Permits, QueueLimit = key.Queue }));
            builder.AddRateLimiter(new RateLimiterStrategyOptions
            {
                RateLimiter = arguments => limiter.AcquireAsync(1, arguments.Context.CancellationToken),
            });
        }

        if (timeout is { } limit) builder.AddTimeout(new TimeoutStrategyOptions { Timeout = limit });
        return builder.Build();
    }
}
