using System.Diagnostics;
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
    /// <summary>Settings of a client that takes no server for away as long as the connection is open, and waits for it.</summary>
    public const string EndlessClient = ",keepAlive=300,asyncTimeout=300000";

    private readonly ServiceProvider _services;

    /// <param name="connectionString">Its servers.</param>
    /// <param name="application">Its application.</param>
    /// <param name="configure">Its options.</param>
    /// <param name="isPatient">Whether it waits for its servers for longer than it does by default.</param>
    public Node(string connectionString, string application, Action<TieredCacheOptions>? configure = null, bool isPatient = true)
        : this(application, configure, cache => cache.UseRedis(isPatient ? connectionString + Patience.OfTheClient : connectionString), isPatient)
    {
    }

    public Node(string application, Action<TieredCacheOptions>? configure, Action<ITieredCacheBuilder> use, bool isPatient = true)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddProvider(Logs).SetMinimumLevel(LogLevel.Debug)).AddMetrics();
        use(services.AddTieredCache(o =>
        {
            o.Application = application;
            o.Version = "v1";
            if (isPatient) o.RemoteTimeout = Patience.OfTheCache;
            configure?.Invoke(o);
        }));
        _services = services.BuildServiceProvider();
        Faults = new FaultCounts(_services.GetRequiredService<IMeterFactory>());
        Cache = _services.GetRequiredService<ITieredCache>();
    }

    public ITieredCache Cache { get; }

    public IRemoteTier Remote => _services.GetRequiredService<IRemoteTier>();

    public IDistributedCache Distributed => _services.GetRequiredService<IDistributedCache>();

    public RecordedLogs Logs { get; } = new();

    public FaultCounts Faults { get; }

    /// <summary>Loads what says how often it was loaded.</summary>
    public async Task<CacheLookup<string>> LoadAsync(string key, Counter loads, params string[] tags) =>
        await Cache.GetOrCreateEntryAsync(
            key, loads, static (loads, _, _) => ValueTask.FromResult($"load {loads.Next()}"), tags: tags, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>What this node's memory answers. It asks no server.</summary>
    public ValueTask<CacheLookup<string>> LocalAsync(string key) => Cache.GetAsync<string>(key, new() { Flags = HybridCacheEntryFlags.DisableDistributedCache });

    /// <summary>Waits until this node's memory answers with that.</summary>
    public Task UntilLocalIsAsync(string key, string? value) => Poll.UntilAsync(
        async () => (await LocalAsync(key)).Value == value, () => $"The node's memory does not have '{value}' under '{key}'.");

    /// <summary>Waits until this node answers another value than one that has been invalidated just now. What it answers to who asks later
    /// than MaxStaleness afterwards is another, or is marked as unverified.</summary>
    public Task UntilGoneAsync(string key, string old, Counter loads, TimeSpan maxStaleness, params string[] tags)
    {
        var invalidated = Stopwatch.GetTimestamp();
        return Poll.UntilAsync(
            async () =>
            {
                var elapsed = Stopwatch.GetElapsedTime(invalidated);
                var found = await LoadAsync(key, loads, tags);
                if (found.Value != old) return true;
                Assert.True(elapsed <= maxStaleness || found.IsUnverified, $"'{old}' was answered as fresh to who asked {elapsed} after it was invalidated.");
                return false;
            },
            () => $"The node answers '{old}' still. It logged:\n{string.Join('\n', Logs.All.TakeLast(5))}");
    }

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
