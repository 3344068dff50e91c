using System.Diagnostics.Metrics;
using DistributedCache.Redis.Tests.Servers;
using DistributedCache.Remote;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Redis.Tests.Nodes;

/// <summary>One process of an application, as far as its cache can tell.</summary>
internal sealed class Node : IAsyncDisposable
{
    /// <summary>Settings of the client under which a busy machine's late answer is no failure.</summary>
    public const string PatientClient = ",asyncTimeout=10000";

    private readonly ServiceProvider _services;

    public Node(string connectionString, string application, Action<TieredCacheOptions>? configure = null)
        : this(application, configure, cache => cache.UseRedis(connectionString))
    {
    }

    public Node(string application, Action<TieredCacheOptions>? configure, Action<ITieredCacheBuilder> use)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(Logs).SetMinimumLevel(LogLevel.Debug)).AddMetrics();
        use(services.AddTieredCache(o =>
        {
            o.Application = application;
            o.Version = "v1";
            configure?.Invoke(o);
        }));
        _services = services.BuildServiceProvider();
        Faults = new FaultCounts(_services.GetRequiredService<IMeterFactory>());
        Cache = _services.GetRequiredService<ITieredCache>();
    }

    /// <summary>Options under which a busy machine's late answer is no failure.</summary>
    public static void Patient(TieredCacheOptions options) => options.RemoteTimeout = TimeSpan.FromSeconds(10);

    public ITieredCache Cache { get; }

    public IRemoteTier Remote => _services.GetRequiredService<IRemoteTier>();

    public IDistributedCache Distributed => _services.GetRequiredService<IDistributedCache>();

    public RecordedLogs Logs { get; } = new();

    public FaultCounts Faults { get; }

    /// <summary>Loads what says how often it was loaded.</summary>
    public async Task<CacheLookup<string>> LoadAsync(string key, Counter loads, params string[] tags) =>
        await Cache.GetOrCreateEntryAsync(
            key, loads, static (loads, _, _) => ValueTask.FromResult($"load {loads.Next()}"), tags: tags, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Waits until this node's memory answers with that.</summary>
    public Task UntilLocalIsAsync(string key, string? value, TimeSpan? deadline = null) => Poll.UntilAsync(
        async () => (await Cache.GetAsync<string>(key, new() { Flags = HybridCacheEntryFlags.DisableDistributedCache })).Value == value,
        () => $"The node's memory does not have '{value}' under '{key}'.", deadline);

    /// <summary>Waits until the node writes to its remote tier: a node that has not found its servers yet, or has lost them, rejects.</summary>
    public Task UntilWritingAsync(params string[] keys) => Poll.UntilAsync(
        async () =>
        {
            foreach (var key in keys.DefaultIfEmpty("warm"))
                if ((await Cache.SetAsync(key, "warm")).Status != InvalidationStatus.Acknowledged) return false;
            return true;
        },
        () => $"The node can't write. It logged:\n{string.Join('\n', Logs.All.TakeLast(5))}");

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Faults.Dispose();
    }

    internal sealed class Counter
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public int Next() => Interlocked.Increment(ref _count);
    }
}
