using DistributedCache.Chaos.Nodes;
using DistributedCache.Chaos.Workload;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace DistributedCache.Chaos.Rivals;

/// <summary>Microsoft's HybridCache over their Redis store. A prefix is a tag, as it has none; a clear is its tag for everything.</summary>
internal sealed class HybridNode : ICacheNode
{
    private const HybridCacheEntryFlags NoFactory = HybridCacheEntryFlags.DisableUnderlyingData;

    private readonly ServiceProvider _services;
    private readonly ConnectionMultiplexer _connection;
    private readonly HybridCache _cache;

    private HybridNode(Line line, ConnectionMultiplexer connection, string application)
    {
        Line = line;
        _connection = connection;
        var services = new ServiceCollection();
        services.AddStackExchangeRedisCache(o =>
        {
            o.InstanceName = application + ":";
            o.ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(connection);
        });
        services.AddHybridCache();
        _services = services.BuildServiceProvider();
        _cache = _services.GetRequiredService<HybridCache>();
    }

    public Line Line { get; }

    public static async Task<HybridNode> StartAsync(string connectionString, string application)
    {
        var line = new Line();
        return new HybridNode(line, await line.ConnectAsync(connectionString), application);
    }

    public async Task<Answer> ReadAsync(CacheKey key, Func<CancellationToken, Task<Item>> load)
    {
        var isLoaded = false;
        var item = await _cache.GetOrCreateAsync(
            key.Name,
            async stop =>
            {
                isLoaded = true;
                return await load(stop);
            },
            OptionsOf(key), [.. key.Tags, key.Prefix]);
        return new(item, false, isLoaded ? "Source" : "");
    }

    public async Task<Answer> FindAsync(CacheKey key, Where where)
    {
        var flags = NoFactory | where switch
        {
            Where.Memory => HybridCacheEntryFlags.DisableDistributedCache,
            Where.Redis => HybridCacheEntryFlags.DisableLocalCache,
            _ => HybridCacheEntryFlags.None,
        };
        return new(await _cache.GetOrCreateAsync<Item?>(key.Name, static _ => ValueTask.FromResult<Item?>(null), new HybridCacheEntryOptions { Flags = flags }), false, "");
    }

    public async Task<Outcome> SetAsync(CacheKey key, Item item)
    {
        await _cache.SetAsync(key.Name, item, OptionsOf(key), [.. key.Tags, key.Prefix]);
        return Outcome.Silent;
    }

    public async Task<Outcome> RemoveAsync(CacheKey key)
    {
        await _cache.RemoveAsync(key.Name);
        return Outcome.Silent;
    }

    public async Task<Outcome> RemoveByTagAsync(string tag)
    {
        await _cache.RemoveByTagAsync(tag);
        return Outcome.Silent;
    }

    public Task<Outcome> RemoveByPrefixAsync(string prefix) => RemoveByTagAsync(prefix);

    public Task<Outcome> ClearAsync() => RemoveByTagAsync("*");

    public Task<bool> KnowsAsync(ConsistencyToken token) => Task.FromResult(false);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _connection.DisposeAsync();
    }

    private static HybridCacheEntryOptions OptionsOf(CacheKey key) => new()
    {
        Expiration = key.Lifetime,
        LocalCacheExpiration = key.Lifetime,
        Flags = key.IsLocal ? HybridCacheEntryFlags.DisableDistributedCache : HybridCacheEntryFlags.None,
    };
}
