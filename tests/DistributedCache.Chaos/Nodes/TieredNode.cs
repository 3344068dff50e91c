using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Workload;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace DistributedCache.Chaos.Nodes;

/// <summary>This library, as a process of an application has it: a provider of services and connections of its own.</summary>
internal sealed class TieredNode : ICacheNode
{
    /// <summary>How long nodes may lag, by the library's default.</summary>
    public static readonly TimeSpan MaxStaleness = new TieredCacheOptions().MaxStaleness;

    private static readonly TieredCacheEntryOptions InMemory = new() { Flags = HybridCacheEntryFlags.DisableDistributedCache };
    private static readonly TieredCacheEntryOptions InRedis = new() { Flags = HybridCacheEntryFlags.DisableLocalCache };

    private readonly ServiceProvider _services;
    private readonly ITieredCache _cache;

    private TieredNode(Line line, string connectionString, string application)
    {
        Line = line;
        var services = new ServiceCollection();
        services.AddTieredCache(o =>
        {
            o.Application = application;
            o.Version = "v1";
        }).UseRedis(line.Settings(connectionString))
            .AddProfile("Default", static p =>
            {
                p.Duration = CacheKey.LongLifetime;
                p.StaleFor = TimeSpan.FromMinutes(1);
            })
            .AddProfile("brief", static p =>
            {
                p.Keys = [CacheKey.BriefPrefix];
                p.Duration = CacheKey.BriefLifetime;
            })
            .AddProfile("local", static p =>
            {
                p.Keys = [CacheKey.LocalPrefix];
                p.Flags = HybridCacheEntryFlags.DisableDistributedCache;
            });
        _services = services.BuildServiceProvider();
        _cache = _services.GetRequiredService<ITieredCache>();
    }

    public Line Line { get; }

    public static TieredNode Start(string connectionString, string application) => new(new Line(), connectionString, application);

    public async Task<Answer> ReadAsync(CacheKey key, Func<CancellationToken, Task<Item>> load) =>
        Of(await _cache.GetOrCreateEntryAsync(key.Name, load, static async (load, _, stop) => await load(stop), tags: key.Tags));

    public async Task<Answer> FindAsync(CacheKey key, Where where) => Of(await _cache.GetAsync<Item>(key.Name, where switch
    {
        Where.Memory => InMemory,
        Where.Redis => InRedis,
        _ => null,
    }));

    public async Task<Outcome> SetAsync(CacheKey key, Item item) => Of(await _cache.SetAsync(key.Name, item, tags: key.Tags));

    public async Task<Outcome> RemoveAsync(CacheKey key) => Of(await _cache.RemoveAsync(key.Name));

    public async Task<Outcome> RemoveByTagAsync(string tag) => Of(await _cache.RemoveByTagAsync(tag));

    public async Task<Outcome> RemoveByPrefixAsync(string prefix) => Of(await _cache.RemoveByPrefixAsync(prefix));

    public async Task<Outcome> ClearAsync() => Of(await _cache.ClearAsync());

    public async Task<bool> KnowsAsync(ConsistencyToken token) => await _cache.WaitForAsync(token, TimeSpan.Zero);

    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static Answer Of(CacheLookup<Item> found) => new(found.HasValue ? found.Value : null, found.IsStale, found.Tier.ToString());

    private static Outcome Of(InvalidationResult result) => new(
        result.Status switch
        {
            InvalidationStatus.Acknowledged => Result.Done,
            InvalidationStatus.Queued => Result.Queued,
            _ => Result.Refused,
        },
        result.Status.ToString(),
        result.Token);
}
