using DistributedCache.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DistributedCache.Redis.Tests.Nodes;

/// <summary>One process of an application, as far as its cache can tell.</summary>
internal sealed class Node : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public Node(string connectionString, string application, Action<TieredCacheOptions>? configure = null, ILoggerProvider? log = null)
    {
        var services = new ServiceCollection();
        if (log is not null) services.AddLogging(builder => builder.AddProvider(log));
        services.AddTieredCache(o =>
        {
            o.Application = application;
            o.Version = "v1";
            configure?.Invoke(o);
        }).UseRedis(connectionString);
        _services = services.BuildServiceProvider();
        Cache = _services.GetRequiredService<ITieredCache>();
    }

    public ITieredCache Cache { get; }

    /// <summary>Loads what says how often it was loaded.</summary>
    public async Task<CacheLookup<string>> LoadAsync(string key, Counter loads, params string[] tags) =>
        await Cache.GetOrCreateEntryAsync(
            key, loads, static (loads, _, _) => ValueTask.FromResult($"load {loads.Next()}"), tags: tags, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Waits until this node's memory answers with that.</summary>
    public Task UntilLocalIsAsync(string key, string? value) => Poll.UntilAsync(
        async () => (await Cache.GetAsync<string>(key, new() { Flags = Microsoft.Extensions.Caching.Hybrid.HybridCacheEntryFlags.DisableDistributedCache })).Value == value,
        () => $"The node's memory does not have '{value}' under '{key}'.");

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    internal sealed class Counter
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public int Next() => Interlocked.Increment(ref _count);
    }
}
