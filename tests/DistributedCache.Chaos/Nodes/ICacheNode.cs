using DistributedCache.Chaos.Workload;

namespace DistributedCache.Chaos.Nodes;

/// <summary>A cache as one process of an application has it: what the load calls.</summary>
internal interface ICacheNode : IAsyncDisposable
{
    /// <summary>Its connections to Redis.</summary>
    Line Line { get; }

    Task<Answer> ReadAsync(CacheKey key, Func<CancellationToken, Task<Item>> load);

    /// <summary>Looks without loading.</summary>
    Task<Answer> FindAsync(CacheKey key, Where where);

    Task<Outcome> SetAsync(CacheKey key, Item item);

    Task<Outcome> RemoveAsync(CacheKey key);

    Task<Outcome> RemoveByTagAsync(string tag);

    Task<Outcome> RemoveByPrefixAsync(string prefix);

    Task<Outcome> ClearAsync();

    /// <summary>Whether it has applied an acknowledged invalidation.</summary>
    Task<bool> KnowsAsync(ConsistencyToken token);
}
