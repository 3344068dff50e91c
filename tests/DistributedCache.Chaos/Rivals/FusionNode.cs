using DistributedCache.Chaos.Nodes;
using DistributedCache.Chaos.Workload;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;

namespace DistributedCache.Chaos.Rivals;

/// <summary>FusionCache over Microsoft's Redis store and a Redis channel. A prefix is a tag, as it has none.</summary>
internal sealed class FusionNode : ICacheNode
{
    private readonly ConnectionMultiplexer _connection;
    private readonly RedisCache _store;
    private readonly FusionCache _cache;

    private FusionNode(Line line, ConnectionMultiplexer connection, string application)
    {
        Line = line;
        _connection = connection;
        _store = new RedisCache(new RedisCacheOptions
        {
            InstanceName = application + ":",
            ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(connection),
        });
        _cache = new FusionCache(new FusionCacheOptions { BackplaneChannelPrefix = application });
        _cache.SetupDistributedCache(_store, new JsonItems());
        _cache.SetupBackplane(new ChannelBackplane(connection));
    }

    public Line Line { get; }

    public static async Task<FusionNode> StartAsync(string connectionString, string application)
    {
        var line = new Line();
        return new FusionNode(line, await line.ConnectAsync(connectionString), application);
    }

    public async Task<Answer> ReadAsync(CacheKey key, Func<CancellationToken, Task<Item>> load)
    {
        var isLoaded = false;
        var item = await _cache.GetOrSetAsync<Item>(
            key.Name,
            async (_, stop) =>
            {
                isLoaded = true;
                return await load(stop);
            },
            options: OptionsOf(key), tags: [.. key.Tags, key.Prefix]);
        return new(item, false, isLoaded ? "Source" : "");
    }

    public async Task<Answer> FindAsync(CacheKey key, Where where)
    {
        var options = OptionsOf(key);
        if (where == Where.Memory) options.SkipDistributedCacheRead = true;
        if (where == Where.Redis) options.SkipMemoryCacheRead = options.SkipMemoryCacheWrite = true;
        return new((await _cache.TryGetAsync<Item>(key.Name, options)).GetValueOrDefault(), false, "");
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

    public async Task<Outcome> ClearAsync()
    {
        await _cache.ClearAsync(allowFailSafe: false);
        return Outcome.Silent;
    }

    public Task<bool> KnowsAsync(ConsistencyToken token) => Task.FromResult(false);

    public async ValueTask DisposeAsync()
    {
        _cache.Dispose();
        _store.Dispose();
        await _connection.DisposeAsync();
    }

    private static FusionCacheEntryOptions OptionsOf(CacheKey key) => new(key.Lifetime)
    {
        SkipDistributedCacheRead = key.IsLocal,
        SkipDistributedCacheWrite = key.IsLocal,
    };
}
