using System.Diagnostics.Metrics;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.Pipeline;
using DistributedCache.Registration;
using DistributedCache.Remote;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace DistributedCache.AspNetCore.Edge.Purging;

/// <summary>Purges a cache's edges from the host's start to its end.</summary>
internal sealed class EdgePurging(IServiceProvider services, string cache) : IHostedService, IAsyncDisposable, IDisposable
{
    private EdgeMeter? _meter;
    private PurgeQueue[] _queues = [];
    private TimeSpan _answerTimeout;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var engine = services.GetCacheService<CacheEngine>(cache);
        var remote = cache.Length == 0 ? services.GetService<IRemoteSchedule>() : services.GetKeyedService<IRemoteSchedule>(cache);
        var options = services.GetRequiredService<IOptionsMonitor<EdgeOptions>>().Get(cache);
        var log = services.GetService<ILoggerFactory>()?.CreateLogger("DistributedCache.Edge") ?? NullLogger.Instance;
        var (time, timeout) = (engine.Profiles.Options.TimeProvider, engine.Profiles.Options.RemoteTimeout);
        _answerTimeout = options.AnswerTimeout;
        _meter = new EdgeMeter(services.GetService<IMeterFactory>(), cache);
        _queues =
        [
            .. services.GetRequiredKeyedService<IReadOnlyList<EdgeSite>>(cache).Select(edge => new PurgeQueue(
                edge, new PurgeStore(edge.Name, options.PendingLimit, remote, timeout, time, log), options, engine.MaxStaleness, time, _meter, log)),
        ];
        engine.TagInvalidated = AddAsync;
        return Task.CompletedTask;
    }

    /// <summary>Purges what is due. What is invalidated after that is kept where other processes find it, if there is such a place.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.WhenAll(_queues.Select(queue => queue.EndAsync(cancellationToken)));

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues) await queue.DisposeAsync().ConfigureAwait(false);
        _queues = [];
        _meter?.Dispose();
    }

    private ValueTask AddAsync(string tenant, string tag)
    {
        var portable = EdgeTags.Of(tenant, tag);

        // Whoever answers a request for it may wait: registered before the purge can be done.
        if (_answerTimeout > TimeSpan.Zero && WriteRecord.Current is { } record)
            record.Add(Task.WhenAll(_queues.Select(queue => queue.PurgedAsync(portable, _answerTimeout))));
        return _queues.Length == 1
            ? _queues[0].AddAsync(portable)
            : new(Task.WhenAll(_queues.Select(queue => queue.AddAsync(portable).AsTask())));
    }
}
