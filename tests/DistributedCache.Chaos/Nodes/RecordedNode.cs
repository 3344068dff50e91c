using DistributedCache.Chaos.History;
using DistributedCache.Chaos.Workload;

namespace DistributedCache.Chaos.Nodes;

/// <summary>A node whose every answer goes into the history. It may die, and be another from then on.</summary>
internal sealed class RecordedNode(int number, Func<Task<ICacheNode>> start, World world) : IAsyncDisposable
{
    private readonly List<ICacheNode> _dead = [];
    private volatile ICacheNode? _cache;

    public int Number => number;

    public Line Line => Cache.Line;

    private ICacheNode Cache => _cache ?? throw new InvalidOperationException($"Node {number} has not been started.");

    public async Task StartAsync() => _cache = await start();

    /// <summary>Cuts the node off for good, as if its process had ended, and puts another in its place.</summary>
    public async Task CrashAsync()
    {
        var dying = Cache;
        dying.Line.Cut();
        var now = world.History.Now;
        world.History.Add(new(Operation.Crash, now, now, number, ""));
        _cache = await start();
        lock (_dead) _dead.Add(dying);
    }

    public async Task<Answer?> ReadAsync(CacheKey key, Operation operation = Operation.Read)
    {
        var began = world.History.Now;
        return await AnswerAsync(operation, began, key, cache => cache.ReadAsync(key, async stop =>
        {
            var loading = world.History.Now;
            var item = await world.Source.ReadAsync(key.Name, stop);
            world.History.Add(new(Operation.Load, loading, world.History.Now, number, key.Name, item.Version, Called: began));
            return item;
        }));
    }

    /// <summary>Looks for what is stored in Redis, without loading.</summary>
    public Task<Answer?> InspectAsync(CacheKey key) => AnswerAsync(Operation.Inspect, world.History.Now, key, cache => cache.FindAsync(key, Where.Redis));

    /// <summary>Looks for what is stored, without loading.</summary>
    public Task<Answer?> FindAsync(CacheKey key) => AnswerAsync(Operation.Find, world.History.Now, key, cache => cache.FindAsync(key, Where.Both));

    /// <summary>Whether this node's memory would answer an older version than that as fresh.</summary>
    public async Task<bool> HoldsOlderAsync(CacheKey key, long version) =>
        await Cache.FindAsync(key, Where.Memory) is { Item: { } item, IsMarked: false } && item.Version < version;

    public Task<bool> KnowsAsync(ConsistencyToken token) => Cache.KnowsAsync(token);

    public Task<Outcome> SetAsync(CacheKey key, Item item) => InvalidateAsync(Operation.Set, key.Name, cache => cache.SetAsync(key, item), item.Version);

    public Task<Outcome> RemoveAsync(CacheKey key) => InvalidateAsync(Operation.Remove, key.Name, cache => cache.RemoveAsync(key));

    public Task<Outcome> RemoveByTagAsync(string tag) => InvalidateAsync(Operation.RemoveByTag, tag, cache => cache.RemoveByTagAsync(tag));

    public Task<Outcome> RemoveByPrefixAsync(string prefix) => InvalidateAsync(Operation.RemoveByPrefix, prefix, cache => cache.RemoveByPrefixAsync(prefix));

    public Task<Outcome> ClearAsync() => InvalidateAsync(Operation.Clear, "*", static cache => cache.ClearAsync());

    public async ValueTask DisposeAsync()
    {
        foreach (var cache in _dead) await cache.DisposeAsync();
        if (_cache is { } last) await last.DisposeAsync();
    }

    private async Task<Answer?> AnswerAsync(Operation operation, double began, CacheKey key, Func<ICacheNode, Task<Answer>> call)
    {
        try
        {
            var answer = await call(Cache);
            var result = answer.Item is null ? Result.Nothing : answer.IsMarked ? Result.Marked : Result.Fresh;
            // Another key's value is a version below all of this one's.
            var version = answer.Item is { } item && item.Key == key.Name ? item.Version : -1;
            world.History.Add(new(operation, began, world.History.Now, number, key.Name, version, result, answer.Tier));
            return answer;
        }
        catch (Exception exception)
        {
            world.History.Add(new(operation, began, world.History.Now, number, key.Name, -1, Result.Failed, Describe(exception)));
            return null;
        }
    }

    private static string Describe(Exception exception) => $"{exception.GetType().Name}: {exception.Message.Split(',')[0]}";

    private async Task<Outcome> InvalidateAsync(Operation operation, string target, Func<ICacheNode, Task<Outcome>> call, long version = -1)
    {
        var invalidation = world.History.NextNumber();
        var began = world.History.Now;
        Outcome outcome;
        try
        {
            outcome = await call(Cache);
        }
        catch (Exception exception)
        {
            outcome = new(Result.Failed, Describe(exception));
        }

        var ended = world.History.Now;
        world.History.Add(new(operation, began, ended, number, target, version, outcome.Result, outcome.Status, invalidation));
        if (outcome.Result == Result.Done) world.Acknowledged.Add(new(ended, number, invalidation, outcome.Token));
        return outcome;
    }
}
