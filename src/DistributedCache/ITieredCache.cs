namespace DistributedCache;

/// <summary>
/// A tiered cache: values come from this process (L1), from the remote tier (L2) if there is one, or from the factory.
/// </summary>
/// <remarks>
/// <para>Every operation is one member here, with every argument spelled out, so that a test can fake it. The short forms
/// (default arguments, a factory without state, keys as spans or interpolated strings) are extension methods in
/// <see cref="TieredCacheExtensions"/>, which go to this library's own implementation without an interface call.</para>
/// <para>Values are shared between callers and are read-only by contract, unless their profile says
/// <see cref="TieredCacheProfile.Isolate"/>. A failing tier never fails the caller; a failing factory does, unless a stale
/// value is at hand.</para>
/// <para>Keys are 1 to <see cref="TieredCacheOptions.MaximumKeyLength"/> characters without control characters or lone
/// surrogates; so are tags. Whatever else comes is an <see cref="ArgumentException"/> that says which character or length.</para>
/// </remarks>
public interface ITieredCache
{
    /// <summary>Answers the value under a key; where no tier has it, runs the factory once for all callers and keeps what it answers.</summary>
    /// <typeparam name="TState">The type of the state handed to the factory.</typeparam>
    /// <typeparam name="T">The type of the value. Under one key it should be one type: another type's value is a miss.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">Handed to the factory, so that it needs no closure.</param>
    /// <param name="factory">Loads the value. Its <see cref="LoadContext"/> has a service scope of its own; its token is cancelled
    /// when every caller has given up or the profile's hard timeout ends.</param>
    /// <param name="options">What differs from the key's profile in this call; null: nothing.</param>
    /// <param name="tags">Tags for the entry if this call loads it; the factory can add more by <see cref="LoadContext.Tags"/>.</param>
    /// <param name="cancellationToken">Ends this caller's wait. The load goes on while others wait for it.</param>
    /// <returns>The value, which may be null if the factory answered null.</returns>
    /// <exception cref="ArgumentException">The key, a tag or an option is not valid.</exception>
    /// <exception cref="TimeoutException">The load took longer than the profile's hard timeout and there was no stale value.</exception>
    /// <exception cref="Polly.RateLimiting.RateLimiterRejectedException">As many loads wait for the profile's source as may, and there was
    /// no stale value.</exception>
    ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken);

    /// <summary>Does what <see cref="GetOrCreateAsync"/> does, and answers where the value came from, its age and its state.</summary>
    /// <typeparam name="TState">The type of the state handed to the factory.</typeparam>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">Handed to the factory.</param>
    /// <param name="factory">Loads the value.</param>
    /// <param name="options">What differs from the key's profile in this call; null: nothing.</param>
    /// <param name="tags">Tags for the entry if this call loads it.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    /// <returns>The value with its tier, age and state.</returns>
    ValueTask<CacheLookup<T>> GetOrCreateEntryAsync<TState, T>(
        string key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> factory,
        TieredCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken);

    /// <summary>Looks a key up without loading it.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="options">What differs from the key's profile in this call; null: nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What was found; <see cref="CacheLookup{T}.HasValue"/> is false where nothing was.</returns>
    ValueTask<CacheLookup<T>> GetAsync<T>(string key, TieredCacheEntryOptions? options, CancellationToken cancellationToken);

    /// <summary>Stores a value, and invalidates the key on every node.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; null is kept for the profile's <see cref="TieredCacheProfile.NullDuration"/>.</param>
    /// <param name="options">What differs from the key's profile in this call; null: nothing.</param>
    /// <param name="tags">The entry's tags; an <see cref="ArgumentException"/> for a primary key.</param>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>How far the write came, and its token.</returns>
    ValueTask<InvalidationResult> SetAsync<T>(
        string key,
        T value,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default);

    /// <summary>Invalidates a key: no value whose load began before is served once this is acknowledged and the nodes follow.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>How far the invalidation came, and its token.</returns>
    ValueTask<InvalidationResult> RemoveAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Invalidates every cached entry that carries a tag, in one step however many there are.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>How far the invalidation came, and its token.</returns>
    ValueTask<InvalidationResult> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>Invalidates every cached entry whose key begins with a prefix, in one step however many there are.</summary>
    /// <param name="prefix">A prefix that ends with <c>:</c> or <c>:*</c> and has at most 8 segments, such as <c>user:42:</c>.
    /// It does not cover the key <c>user:42</c>.</param>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>How far the invalidation came, and its token.</returns>
    /// <exception cref="ArgumentException">The prefix ends elsewhere, has a <c>*</c> elsewhere or is deeper than 8 segments.</exception>
    ValueTask<InvalidationResult> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Invalidates every cached entry of this cache (of this tenant, if it is scoped to one). Primary values stay.</summary>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>How far the invalidation came, and its token.</returns>
    ValueTask<InvalidationResult> ClearAsync(CancellationToken cancellationToken = default);

    /// <summary>Makes a key's entry stale at once: the next caller loads it anew, and it stays a fallback if that fails.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>How far the invalidation came, and its token.</returns>
    ValueTask<InvalidationResult> ExpireAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Looks many keys up at once, without loading them.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="keys">The keys; one that is named twice is looked up once.</param>
    /// <param name="options">What differs from the keys' profiles in this call; null: nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A look-up for each key.</returns>
    ValueTask<IReadOnlyDictionary<string, CacheLookup<T>>> GetManyAsync<T>(
        IEnumerable<string> keys,
        TieredCacheEntryOptions? options = null,
        CancellationToken cancellationToken = default);

    /// <summary>Answers the values under many keys, and loads in one call of the factory those that no tier has.</summary>
    /// <typeparam name="TState">The type of the state handed to the factory.</typeparam>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="keys">The keys; one that is named twice is looked up once.</param>
    /// <param name="state">Handed to the factory.</param>
    /// <param name="factory">Loads the keys it is given, which are only the missing ones that nobody else is loading. A key it
    /// leaves out of its answer is not stored and not answered; one it answers with null is stored as null.</param>
    /// <param name="options">What differs from the keys' profiles in this call; null: nothing.</param>
    /// <param name="tags">Tags for the entries this call loads.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    /// <returns>The values found or loaded, by key.</returns>
    ValueTask<IReadOnlyDictionary<string, T>> GetOrCreateManyAsync<TState, T>(
        IEnumerable<string> keys,
        TState state,
        Func<TState, IReadOnlyList<string>, LoadContext, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> factory,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default);

    /// <summary>Stores many values. Each key is judged alone: those that were refused are named in <see cref="InvalidationResult.Rejected"/>.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="values">The values by key; of one that is named twice the last counts.</param>
    /// <param name="options">What differs from the keys' profiles in this call; null: nothing.</param>
    /// <param name="tags">The entries' tags.</param>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>The least that was reached for any key, the keys that were refused, and one merged token.</returns>
    ValueTask<InvalidationResult> SetManyAsync<T>(
        IEnumerable<KeyValuePair<string, T>> values,
        TieredCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default);

    /// <summary>Invalidates many keys.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>The least that was reached for any key, the keys that were refused, and one merged token.</returns>
    ValueTask<InvalidationResult> RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default);

    /// <summary>This cache seen by one tenant: its keys, tags, prefixes and clears are its own.</summary>
    /// <param name="tenant">The tenant, under the rules of a key.</param>
    /// <returns>A view on the same cache; it holds nothing and need not be disposed.</returns>
    ITieredCache ForTenant(string tenant);

    /// <summary>What another application caches in the same remote tier, to be invalidated from here.</summary>
    /// <param name="application">Its <see cref="TieredCacheOptions.Application"/>.</param>
    /// <returns>A view that holds nothing and need not be disposed.</returns>
    /// <exception cref="ArgumentException">The name has characters other than letters, digits, <c>.</c>, <c>_</c>, <c>-</c>.</exception>
    ICacheInvalidator ForApplication(string application);

    /// <summary>Has loads read no older version of the source than this: what is invalidated from here on, by this process, reaches no load
    /// without it. For factories that read a replica of a database, which may be behind what was committed.</summary>
    /// <param name="version">A number that rises with every commit, such as PostgreSQL's <c>pg_current_wal_lsn</c>; 0 to 2^53. One lower
    /// than was named before changes nothing.</param>
    /// <remarks>Call it after the commit and before the invalidation. All processes of the application have to mean the same by it.
    /// Factories find it in <see cref="LoadContext.MinimumSourceVersion"/>.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or above 2^53.</exception>
    void RequireSourceVersion(long version);

    /// <summary>Waits until this node has seen the write a token stands for, so that what it answers next is at least as new.</summary>
    /// <param name="token">The token of an acknowledged write, from any node.</param>
    /// <param name="timeout">How long to wait; null: <see cref="TieredCacheOptions.MaxStaleness"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False where it can't be said: the time is over, or the write was lost.</returns>
    ValueTask<bool> WaitForAsync(ConsistencyToken token, TimeSpan? timeout = null, CancellationToken cancellationToken = default);
}
