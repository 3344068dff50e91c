using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using DistributedCache.Coherence;
using DistributedCache.Diagnostics;
using DistributedCache.Expiry;
using DistributedCache.Keys;
using DistributedCache.Local;

namespace DistributedCache.Pipeline;

/// <summary>A cache as its users see it, for all or for one tenant: the hit is answered here, everything else by the engine's paths.</summary>
internal sealed class TieredCache : ITieredCache
{
    private readonly CacheEngine _engine;
    private readonly LocalStore _store;
    private readonly CacheClock _clock;
    private readonly CoherenceVersion _version;
    private readonly ReadPath _reads;
    private readonly WritePath _writes;
    private readonly BulkPath _bulk;
    private readonly string _tenant;
    private readonly bool _isolates;

    // A key is its own index, and an instance may be handed out: what the quickest way needs.
    private readonly bool _isPlain;

    public TieredCache(CacheEngine engine, string tenant, bool isolates)
    {
        _engine = engine;
        _store = engine.Store;
        _clock = engine.Clock;
        _version = engine.Coherence.Version;
        _reads = new ReadPath(engine, tenant, isolates);
        _writes = new WritePath(engine, tenant, isolates);
        _bulk = new BulkPath(engine, _reads, tenant, isolates);
        _tenant = tenant;
        _isolates = isolates;
        _isPlain = tenant.Length == 0 && !isolates;
    }

    public ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _isPlain && CacheKey.IsPlain(key) && (options is null || options.AllowsLocalRead) && !cancellationToken.IsCancellationRequested
            && TryHit(_store.Find(key), out T? value)
            ? new ValueTask<T>(value!)
            : _reads.GetOrCreateAsync(key, state, factory, options, tags, cancellationToken);
    }

    public ValueTask<T> GetOrCreateAsync<TState, T>(
        ReadOnlySpan<char> key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken) =>
        !_isolates && (options is null || options.AllowsLocalRead) && !cancellationToken.IsCancellationRequested
        && TryHit(Find(key), out T? value)
            ? new ValueTask<T>(value!)
            : _reads.GetOrCreateAsync(key.ToString(), state, factory, options, tags, cancellationToken);

    public ValueTask<CacheLookup<T>> GetOrCreateEntryAsync<TState, T>(
        string key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken) =>
        _reads.GetOrCreateEntryAsync(key, state, factory, options, tags, cancellationToken);

    public ValueTask<CacheLookup<T>> GetAsync<T>(string key, TieredCacheEntryOptions? options, CancellationToken cancellationToken) =>
        _reads.GetAsync<T>(key, options, cancellationToken);

    public ValueTask<InvalidationResult> SetAsync<T>(
        string key, T value, TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        _writes.SetAsync(key, value, options, tags, cancellationToken);

    public ValueTask<InvalidationResult> RemoveAsync(string key, CancellationToken cancellationToken = default) =>
        _writes.InvalidateAsync(InvalidationKind.Remove, key, cancellationToken);

    public ValueTask<InvalidationResult> ExpireAsync(string key, CancellationToken cancellationToken = default) =>
        _writes.InvalidateAsync(InvalidationKind.Expire, key, cancellationToken);

    public ValueTask<InvalidationResult> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        KeyRules.Validate(tag, _engine.MaximumKeyLength);
        return _writes.InvalidateAsync(Mark.Tag(_tenant, tag), cancellationToken);
    }

    public ValueTask<InvalidationResult> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default) =>
        _writes.InvalidateAsync(Mark.Prefix(_tenant, PrefixRules.Normalize(prefix, _engine.MaximumKeyLength)), cancellationToken);

    public ValueTask<InvalidationResult> ClearAsync(CancellationToken cancellationToken = default) => _writes.ClearAsync(cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, CacheLookup<T>>> GetManyAsync<T>(
        IEnumerable<string> keys, TieredCacheEntryOptions? options = null, CancellationToken cancellationToken = default) =>
        _bulk.GetAsync<T>(keys, options, cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, T>> GetOrCreateManyAsync<TState, T>(
        IEnumerable<string> keys,
        TState state,
        Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) =>
        _bulk.GetOrCreateAsync(keys, state, factory, options, tags, cancellationToken);

    public ValueTask<InvalidationResult> SetManyAsync<T>(
        IEnumerable<KeyValuePair<string, T>> values, TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        _writes.SetManyAsync(values, options, tags, cancellationToken);

    public ValueTask<InvalidationResult> RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) =>
        _writes.RemoveManyAsync(keys, cancellationToken);

    public ITieredCache ForTenant(string tenant)
    {
        KeyRules.Validate(tenant, _engine.MaximumKeyLength);
        return new TieredCache(_engine, tenant, _isolates);
    }

    public ValueTask<bool> WaitForAsync(ConsistencyToken token, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        TokenWait.ReachAsync(_engine, token, timeout ?? _engine.MaxStaleness, cancellationToken);

    /// <summary>The whole of a hit: one look-up, one comparison of time, one of coherence.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryHit<T>(LocalEntry? entry, [MaybeNullWhen(false)] out T value)
    {
        if (entry is not null)
        {
            var now = _clock.Now;
            if (now < entry.Deadline
                && Volatile.Read(ref entry.JudgedAt) == _version.Current
                && now <= _version.FreshThrough
                && _engine.IsEnabled
                && entry.Value is T found
                && entry.Value.GetType() != typeof(StoredPayload))
            {
                _store.Touch(entry);
                HitCounters.Increment(entry.CounterId);
                value = found;
                return true;
            }
        }

        value = default;
        return false;
    }

    private LocalEntry? Find(ReadOnlySpan<char> key)
    {
        if (_tenant.Length == 0) return CacheKey.IsPlain(key) ? _store.Find(key) : null;
        var length = CacheKey.IndexLength(_tenant, key.Length);
        if (length > 512) return _store.Find(CacheKey.IndexOf(KeyKind.Cached, _tenant, key.ToString()));
        Span<char> index = stackalloc char[length];
        CacheKey.WriteIndex(_tenant, key, index);
        return _store.Find(index);
    }
}
