using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using DistributedCache.Coherence;
using DistributedCache.Keys;
using DistributedCache.Local;
using DistributedCache.Serialization;

namespace DistributedCache.Pipeline;

/// <summary>A cache as its users see it, for all or for one tenant: the hit is answered here, everything else by the engine's paths.</summary>
internal sealed class TieredCache : ITieredCache
{
    private readonly CacheEngine _engine;
    private readonly LocalStore _store;
    private readonly LocalHits _hits;
    private readonly ReadPath _reads;
    private readonly WritePath _writes;
    private readonly InvalidationPath _invalidations;
    private readonly BulkPath _bulk;
    private readonly string _tenant;
    private readonly bool _isolates;

    // A key is its own index, and an instance may be handed out: what nearly every cache is.
    private readonly bool _isPlain;

    public TieredCache(CacheEngine engine, string tenant, bool isolates)
    {
        _engine = engine;
        _store = engine.Store;
        _hits = new LocalHits(engine);
        _reads = new ReadPath(engine, tenant, isolates);
        _writes = new WritePath(engine, tenant, isolates);
        _invalidations = new InvalidationPath(engine, tenant);
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
        CancellationToken cancellationToken) =>
        MayHit(options, cancellationToken) && FindHit(key) is { } entry && TryCount(entry, out T? value)
            ? new ValueTask<T>(value!)
            : LoadAsync(key, state, factory, options, tags, cancellationToken);

    /// <summary>What follows where no hit answers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<T> LoadAsync<TState, T>(
        string key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken) =>
        _reads.GetOrCreateAsync(key, state, factory, options, tags, cancellationToken);

    public ValueTask<CacheLookup<T>> GetOrCreateEntryAsync<TState, T>(
        string key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken) =>
        _reads.GetOrCreateEntryAsync(key, state, factory, options, tags, cancellationToken);

    /// <summary>The same for a caller who judges what answers it.</summary>
    public ValueTask<CacheLookup<T>> GetOrCreateEntryAsync<TState, T>(
        string key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        IAcceptance<T> acceptance,
        TieredCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken) =>
        _reads.GetOrCreateEntryAsync(key, state, factory, options, tags, cancellationToken, acceptance);

    public ValueTask<CacheLookup<T>> GetAsync<T>(string key, TieredCacheEntryOptions? options, CancellationToken cancellationToken) =>
        _reads.GetAsync<T>(key, options, cancellationToken);

    public ValueTask<InvalidationResult> SetAsync<T>(
        string key, T value, TieredCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default) =>
        _writes.SetAsync(key, value, options, tags, cancellationToken);

    public ValueTask<InvalidationResult> RemoveAsync(string key, CancellationToken cancellationToken = default) =>
        _invalidations.InvalidateAsync(InvalidationKind.Remove, key, cancellationToken);

    public ValueTask<InvalidationResult> ExpireAsync(string key, CancellationToken cancellationToken = default) =>
        _invalidations.InvalidateAsync(InvalidationKind.Expire, key, cancellationToken);

    public ValueTask<InvalidationResult> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        KeyRules.Validate(tag, _engine.MaximumKeyLength);
        return _invalidations.InvalidateAsync(Mark.Tag(_tenant, tag), cancellationToken);
    }

    public ValueTask<InvalidationResult> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default) =>
        _invalidations.InvalidateAsync(Mark.Prefix(_tenant, PrefixRules.Normalize(prefix, _engine.MaximumKeyLength)), cancellationToken);

    public ValueTask<InvalidationResult> ClearAsync(CancellationToken cancellationToken = default) => _invalidations.ClearAsync(cancellationToken);

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
        _invalidations.RemoveManyAsync(keys, cancellationToken);

    public ITieredCache ForTenant(string tenant)
    {
        KeyRules.Validate(tenant, _engine.MaximumKeyLength);
        return new TieredCache(_engine, tenant, _isolates);
    }

    public ICacheInvalidator ForApplication(string application)
    {
        NameRules.Validate(application);
        return new ForeignApplication(_engine, _engine.Applications, application, tenant: "");
    }

    public void RequireSourceVersion(long version)
    {
        if (version is < 0 or > 1L << 53) throw new ArgumentOutOfRangeException(nameof(version), version, "A source's version is 0 to 2^53.");
        _engine.Coherence.Version.Source.Raise(version);
    }

    public ValueTask<bool> WaitForAsync(ConsistencyToken token, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        TokenWait.ReachAsync(_engine, token, timeout ?? _engine.MaxStaleness, cancellationToken);

    /// <summary>The whole of a hit but for its type: one look-up, one comparison of time, one of coherence.</summary>
    /// <remarks>Not generic, and one argument: in code shared between reference types each use of T is a look-up of its own, which the
    /// call site, where T is known, need not make; and there the other arguments are mostly constants.</remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public LocalEntry? FindHit(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var entry = _isPlain ? FindPlain(key) : _isolates ? null : Find(key.AsSpan());
        return entry is not null && _hits.IsCurrent(entry) ? entry : null;
    }

    /// <inheritdoc cref="FindHit(string)"/>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public LocalEntry? FindHit(ReadOnlySpan<char> key)
    {
        var entry = _isolates ? null : Find(key);
        return entry is not null && _hits.IsCurrent(entry) ? entry : null;
    }

    /// <summary>Whether a call's options let a hit answer it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool MayHit(TieredCacheEntryOptions? options, CancellationToken cancellationToken) =>
        (options is null || options.AllowsLocalRead) && !cancellationToken.IsCancellationRequested;

    /// <summary>The entry's value, counted as a hit, if it is of that type and may be handed out as it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryCount<T>(LocalEntry entry, [MaybeNullWhen(false)] out T value)
    {
        if (entry.Value is T found && entry.Value.GetType() != typeof(StoredPayload))
        {
            _hits.Note(entry);
            value = found;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Answers from L1 if a look is all that takes. Every caller of an isolating cache gets a copy, unless the type is immutable.</summary>
    public bool TryHit<T>(string key, [MaybeNullWhen(false)] out T value) => TryHit(Find(key), out value);

    /// <inheritdoc cref="TryHit{T}(string, out T)"/>
    public bool TryHit<T>(ReadOnlySpan<char> key, [MaybeNullWhen(false)] out T value) => TryHit(Find(key), out value);

    private bool TryHit<T>(LocalEntry? entry, [MaybeNullWhen(false)] out T value)
    {
        if (entry is not null && _hits.IsCurrent(entry))
        {
            if (entry.Value.GetType() == typeof(StoredPayload)) return TryOpen(entry, out value);
            if ((!_isolates || ImmutableTypes.IsImmutable<T>()) && TryCount(entry, out value)) return true;
        }

        value = default;
        return false;
    }

    private bool TryOpen<T>(LocalEntry entry, [MaybeNullWhen(false)] out T value)
    {
        if (!_engine.Values.TryOpen(entry.Value, isCopied: true, out value!)) return false;
        _hits.Note(entry);
        return true;
    }

    private LocalEntry? Find(string key) => _tenant.Length > 0 ? Find(key.AsSpan()) : FindPlain(key);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private LocalEntry? FindPlain(string key) => CacheKey.IsOwnIndex(key) ? _store.Find(key) : null;

    private LocalEntry? Find(ReadOnlySpan<char> key)
    {
        if (_tenant.Length == 0) return CacheKey.IsOwnIndex(key) ? _store.Find(key) : null;
        var length = CacheKey.IndexLength(_tenant, key.Length);
        if (length > 512) return _store.Find(CacheKey.IndexOf(KeyKind.Cached, _tenant, key.ToString()));
        Span<char> index = stackalloc char[length];
        CacheKey.WriteIndex(_tenant, key, index);
        return _store.Find(index);
    }
}
