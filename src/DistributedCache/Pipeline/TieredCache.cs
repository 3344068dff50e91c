namespace DistributedCache.Pipeline;

internal sealed class TieredCache : ITieredCache
{
    public ValueTask<T> GetOrCreateAsync<TState, T>(string key, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory, TieredCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken) => throw new NotImplementedException();
    public ValueTask<T> GetOrCreateAsync<TState, T>(ReadOnlySpan<char> key, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory, TieredCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken) => throw new NotImplementedException();
    public ValueTask<CacheLookup<T>> GetOrCreateEntryAsync<TState, T>(string key, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory, TieredCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken) => throw new NotImplementedException();
    public ValueTask<CacheLookup<T>> GetAsync<T>(string key, TieredCacheEntryOptions? options, CancellationToken cancellationToken) => throw new NotImplementedException();
    public ValueTask<InvalidationResult> SetAsync<T>(string key, T value, TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public ValueTask<InvalidationResult> RemoveAsync(string key, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public ValueTask<InvalidationResult> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public ValueTask<InvalidationResult> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public ValueTask<InvalidationResult> ClearAsync(CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public ValueTask<InvalidationResult> ExpireAsync(string key, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public ValueTask<IReadOnlyDictionary<string, CacheLookup<T>>> GetManyAsync<T>(IEnumerable<string> keys, TieredCacheEntryOptions? options = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public ValueTask<IReadOnlyDictionary<string, T>> GetOrCreateManyAsync<TState, T>(IEnumerable<string> keys, TState state, Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory, TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public ValueTask<InvalidationResult> SetManyAsync<T>(IEnumerable<KeyValuePair<string, T>> values, TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public ValueTask<InvalidationResult> RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) => throw new NotImplementedException();
    public ITieredCache ForTenant(string tenant) => throw new NotImplementedException();
    public ValueTask<bool> WaitForAsync(ConsistencyToken token, TimeSpan? timeout = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();
}
