using System.Runtime.CompilerServices;
using DistributedCache.Pipeline;

namespace DistributedCache;

/// <summary>The short forms of <see cref="ITieredCache"/>'s operations. On this library's own implementation they go past the
/// interface, whose generic members cost more to call than a hit costs to answer.</summary>
public static class TieredCacheExtensions
{
    /// <summary>Answers the value under a key; where no tier has it, runs the factory once for all callers.</summary>
    /// <inheritdoc cref="ITieredCache.GetOrCreateAsync"/>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The key.</param>
    /// <param name="state">Handed to the factory, so that it needs no closure.</param>
    /// <param name="factory">Loads the value.</param>
    /// <param name="options">What differs from the key's profile in this call.</param>
    /// <param name="tags">Tags for the entry if this call loads it.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ValueTask<T> GetOrCreateAsync<TState, T>(
        this ITieredCache cache,
        string key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        if (cache is not TieredCache own) return NotNull(cache).GetOrCreateAsync(key, state, factory, options, tags, cancellationToken);
        return TieredCache.MayHit(options, cancellationToken) && own.FindHit(key) is { } entry && own.TryCount(entry, out T? value)
            ? new ValueTask<T>(value!)
            : own.LoadAsync(key, state, factory, options, tags, cancellationToken);
    }

    /// <summary>Answers the value under a key; where no tier has it, runs the factory once for all callers.</summary>
    /// <inheritdoc cref="ITieredCache.GetOrCreateAsync"/>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The key.</param>
    /// <param name="factory">Loads the value.</param>
    /// <param name="options">What differs from the key's profile in this call.</param>
    /// <param name="tags">Tags for the entry if this call loads it.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ValueTask<T> GetOrCreateAsync<T>(
        this ITieredCache cache,
        string key,
        Func<LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return cache.GetOrCreateAsync(key, factory, Stateless<T>.Call, options, tags, cancellationToken);
    }

    /// <summary>Answers the value under a key given as a span: a hit makes no string of it.</summary>
    /// <inheritdoc cref="ITieredCache.GetOrCreateAsync"/>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The key.</param>
    /// <param name="state">Handed to the factory, so that it needs no closure.</param>
    /// <param name="factory">Loads the value.</param>
    /// <param name="options">What differs from the key's profile in this call.</param>
    /// <param name="tags">Tags for the entry if this call loads it.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ValueTask<T> GetOrCreateAsync<TState, T>(
        this ITieredCache cache,
        ReadOnlySpan<char> key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        if (cache is not TieredCache own) return NotNull(cache).GetOrCreateAsync(key.ToString(), state, factory, options, tags, cancellationToken);
        return TieredCache.MayHit(options, cancellationToken) && own.FindHit(key) is { } entry && own.TryCount(entry, out T? value)
            ? new ValueTask<T>(value!)
            : own.LoadAsync(key.ToString(), state, factory, options, tags, cancellationToken);
    }

    /// <summary>Answers the value under a key given as a span: a hit makes no string of it.</summary>
    /// <inheritdoc cref="ITieredCache.GetOrCreateAsync"/>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The key.</param>
    /// <param name="factory">Loads the value.</param>
    /// <param name="options">What differs from the key's profile in this call.</param>
    /// <param name="tags">Tags for the entry if this call loads it.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ValueTask<T> GetOrCreateAsync<T>(
        this ITieredCache cache,
        ReadOnlySpan<char> key,
        Func<LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return cache.GetOrCreateAsync(key, factory, Stateless<T>.Call, options, tags, cancellationToken);
    }

    /// <summary>Answers the value under an interpolated key: a hit makes no string of it.</summary>
    /// <inheritdoc cref="ITieredCache.GetOrCreateAsync"/>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The key.</param>
    /// <param name="state">Handed to the factory, so that it needs no closure.</param>
    /// <param name="factory">Loads the value.</param>
    /// <param name="options">What differs from the key's profile in this call.</param>
    /// <param name="tags">Tags for the entry if this call loads it.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ValueTask<T> GetOrCreateAsync<TState, T>(
        this ITieredCache cache,
        ref DefaultInterpolatedStringHandler key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        // Nothing of the handler outlives the synchronous part: a miss has made its string by then.
        var answer = cache.GetOrCreateAsync(key.Text, state, factory, options, tags, cancellationToken);
        key.Clear();
        return answer;
    }

    /// <summary>Answers the value under an interpolated key: a hit makes no string of it.</summary>
    /// <inheritdoc cref="ITieredCache.GetOrCreateAsync"/>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The key.</param>
    /// <param name="factory">Loads the value.</param>
    /// <param name="options">What differs from the key's profile in this call.</param>
    /// <param name="tags">Tags for the entry if this call loads it.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ValueTask<T> GetOrCreateAsync<T>(
        this ITieredCache cache,
        ref DefaultInterpolatedStringHandler key,
        Func<LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        var answer = cache.GetOrCreateAsync(key.Text, factory, options, tags, cancellationToken);
        key.Clear();
        return answer;
    }

    /// <summary>Does what <c>GetOrCreateAsync</c> does, and answers where the value came from, its age and its state.</summary>
    /// <inheritdoc cref="ITieredCache.GetOrCreateEntryAsync"/>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The key.</param>
    /// <param name="state">Handed to the factory, so that it needs no closure.</param>
    /// <param name="factory">Loads the value.</param>
    /// <param name="options">What differs from the key's profile in this call.</param>
    /// <param name="tags">Tags for the entry if this call loads it.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    public static ValueTask<CacheLookup<T>> GetOrCreateEntryAsync<TState, T>(
        this ITieredCache cache,
        string key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) =>
        cache is TieredCache own
            ? own.GetOrCreateEntryAsync(key, state, factory, options, tags, cancellationToken)
            : NotNull(cache).GetOrCreateEntryAsync(key, state, factory, options, tags, cancellationToken);

    /// <summary>Does what <c>GetOrCreateAsync</c> does, and answers where the value came from, its age and its state.</summary>
    /// <inheritdoc cref="ITieredCache.GetOrCreateEntryAsync"/>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The key.</param>
    /// <param name="factory">Loads the value.</param>
    /// <param name="options">What differs from the key's profile in this call.</param>
    /// <param name="tags">Tags for the entry if this call loads it.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    public static ValueTask<CacheLookup<T>> GetOrCreateEntryAsync<T>(
        this ITieredCache cache,
        string key,
        Func<LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return cache.GetOrCreateEntryAsync(key, factory, Stateless<T>.Call, options, tags, cancellationToken);
    }

    /// <summary>Looks a key up without loading it.</summary>
    /// <inheritdoc cref="ITieredCache.GetAsync"/>
    /// <param name="cache">The cache.</param>
    /// <param name="key">The key.</param>
    /// <param name="options">What differs from the key's profile in this call.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static ValueTask<CacheLookup<T>> GetAsync<T>(
        this ITieredCache cache,
        string key,
        TieredCacheEntryOptions? options = null,
        CancellationToken cancellationToken = default) =>
        cache is TieredCache own ? own.GetAsync<T>(key, options, cancellationToken) : NotNull(cache).GetAsync<T>(key, options, cancellationToken);

    /// <summary>Answers the values under many keys, and loads in one call of the factory those that no tier has.</summary>
    /// <inheritdoc cref="ITieredCache.GetOrCreateManyAsync"/>
    /// <param name="cache">The cache.</param>
    /// <param name="keys">The keys.</param>
    /// <param name="factory">Loads the keys it is given.</param>
    /// <param name="options">What differs from the keys' profiles in this call.</param>
    /// <param name="tags">Tags for the entries this call loads.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    public static ValueTask<IReadOnlyDictionary<string, T>> GetOrCreateManyAsync<T>(
        this ITieredCache cache,
        IEnumerable<string> keys,
        Func<IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return NotNull(cache).GetOrCreateManyAsync(
            keys, factory, static (load, missing, context, ct) => load(missing, context, ct), options, tags, cancellationToken);
    }

    private static ITieredCache NotNull(ITieredCache? cache) => cache ?? throw new ArgumentNullException(nameof(cache));

    /// <summary>One delegate a type, so that a factory without state costs no closure.</summary>
    private static class Stateless<T>
    {
        public static readonly Func<Func<LoadContext, CancellationToken, ValueTask<T>>, LoadContext, CancellationToken, ValueTask<T>> Call =
            static (factory, load, cancellationToken) => factory(load, cancellationToken);
    }
}
