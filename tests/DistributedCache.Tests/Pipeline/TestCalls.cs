namespace DistributedCache.Tests.Pipeline;

/// <summary>The calls of the tests, in one word each.</summary>
internal static class TestCalls
{
    /// <summary>Gets or creates, with a factory that answers at once.</summary>
    public static ValueTask<T> Load<T>(this ITieredCache cache, string key, T value, TieredCacheEntryOptions? options = null, params string[] tags) =>
        cache.GetOrCreateAsync(key, value, static (value, _, _) => ValueTask.FromResult(value), options, tags, TestContext.Current.CancellationToken);

    /// <summary>Gets or creates from a source that the test controls.</summary>
    public static ValueTask<T> Load<T>(this ITieredCache cache, string key, TestSource<T> source, TieredCacheEntryOptions? options = null, params string[] tags) =>
        cache.GetOrCreateAsync(key, source.LoadAsync, options, tags, TestContext.Current.CancellationToken);

    /// <summary>The same, answering the entry.</summary>
    public static ValueTask<CacheLookup<T>> Entry<T>(this ITieredCache cache, string key, TestSource<T> source, TieredCacheEntryOptions? options = null, params string[] tags) =>
        cache.GetOrCreateEntryAsync(key, source.LoadAsync, options, tags, TestContext.Current.CancellationToken);

    public static ValueTask<CacheLookup<T>> Entry<T>(this ITieredCache cache, string key, T value, TieredCacheEntryOptions? options = null, params string[] tags) =>
        cache.GetOrCreateEntryAsync(key, value, static (value, _, _) => ValueTask.FromResult(value), options, tags, TestContext.Current.CancellationToken);

    /// <summary>Gets or creates with a factory that fails.</summary>
    public static ValueTask<CacheLookup<T>> Fail<T>(this ITieredCache cache, string key, Exception exception, TieredCacheEntryOptions? options = null) =>
        cache.GetOrCreateEntryAsync<T>(key, (_, _) => ValueTask.FromException<T>(exception), options, cancellationToken: TestContext.Current.CancellationToken);

    public static ValueTask<CacheLookup<T>> Find<T>(this ITieredCache cache, string key, TieredCacheEntryOptions? options = null) =>
        cache.GetAsync<T>(key, options, TestContext.Current.CancellationToken);

    public static ValueTask<InvalidationResult> Set<T>(this ITieredCache cache, string key, T value, TieredCacheEntryOptions? options = null, params string[] tags) =>
        cache.SetAsync(key, value, options, tags.Length == 0 ? null : tags, TestContext.Current.CancellationToken);

    public static ValueTask<InvalidationResult> Remove(this ITieredCache cache, string key) => cache.RemoveAsync(key, TestContext.Current.CancellationToken);

    public static ValueTask<InvalidationResult> Expire(this ITieredCache cache, string key) => cache.ExpireAsync(key, TestContext.Current.CancellationToken);

    public static ValueTask<InvalidationResult> RemoveTag(this ITieredCache cache, string tag) => cache.RemoveByTagAsync(tag, TestContext.Current.CancellationToken);

    public static ValueTask<InvalidationResult> RemovePrefix(this ITieredCache cache, string prefix) => cache.RemoveByPrefixAsync(prefix, TestContext.Current.CancellationToken);

    public static ValueTask<InvalidationResult> Clear(this ITieredCache cache) => cache.ClearAsync(TestContext.Current.CancellationToken);
}
