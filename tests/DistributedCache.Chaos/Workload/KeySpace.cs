using System.Collections.Concurrent;
using DistributedCache.Chaos.History;

namespace DistributedCache.Chaos.Workload;

/// <summary>The keys of the load, and which of them an invalidation covers.</summary>
internal sealed class KeySpace
{
    private readonly ConcurrentDictionary<string, CacheKey> _keys = new();

    public IEnumerable<CacheKey> All => _keys.Values;

    /// <summary>In both tiers, invalidated by key, tag, prefix and clear.</summary>
    public IReadOnlyList<CacheKey> Items { get; private init; } = [];

    /// <summary>In both tiers, and invalidated by key alone.</summary>
    public IReadOnlyList<CacheKey> Single { get; private init; } = [];

    /// <summary>In both tiers, and soon expired.</summary>
    public IReadOnlyList<CacheKey> Brief { get; private init; } = [];

    /// <summary>In the nodes' memories alone.</summary>
    public IReadOnlyList<CacheKey> Local { get; private init; } = [];

    /// <summary>In both tiers, and stored by those who write.</summary>
    public IReadOnlyList<CacheKey> Stored { get; private init; } = [];

    /// <summary>In both tiers, and invalidated by nothing but a clear.</summary>
    public IReadOnlyList<CacheKey> Kept { get; private init; } = [];

    public static KeySpace Create()
    {
        var keys = new KeySpace
        {
            Items = Make("item", 8, 4),
            Single = Make("single", 1, 16),
            Brief = Make("brief", 2, 4),
            Local = Make("local", 2, 4),
            Stored = Make("stored", 2, 4),
            Kept = Make("kept", 1, 24),
        };
        foreach (var key in new[] { keys.Items, keys.Single, keys.Brief, keys.Local, keys.Stored, keys.Kept }.SelectMany(static k => k)) keys.Add(key);
        return keys;
    }

    public CacheKey Add(CacheKey key) => _keys.GetOrAdd(key.Name, key);

    public CacheKey? Find(string name) => _keys.GetValueOrDefault(name);

    /// <summary>The keys whose entries an invalidation ends.</summary>
    public IEnumerable<CacheKey> Covered(Operation operation, string target) => operation switch
    {
        Operation.Set or Operation.Remove => Find(target) is { } key ? [key] : [],
        Operation.RemoveByTag => All.Where(key => key.Tags.Contains(target)),
        Operation.RemoveByPrefix => All.Where(key => key.Name.StartsWith(target, StringComparison.Ordinal)),
        Operation.Clear => All,
        _ => [],
    };

    // A tag of its own kind and one over two groups, so that their partitions differ from the key's.
    private static CacheKey[] Make(string kind, int groups, int size) =>
    [
        .. from g in Enumerable.Range(0, groups)
           from n in Enumerable.Range(0, size)
           select new CacheKey($"{kind}:{g}:{n}", [$"{kind}-column-{n}", $"{kind}-half-{g % 2}"]),
    ];
}
