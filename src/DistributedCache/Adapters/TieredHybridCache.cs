using DistributedCache.Pipeline;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Adapters;

/// <summary>The engine as a <see cref="HybridCache"/>: of a mutable value each caller has an instance of its own.</summary>
/// <remarks>No tier and no name fails a caller here: where the cache can't be used, the factory runs.</remarks>
internal sealed class TieredHybridCache(CacheEngine engine) : HybridCache
{
    private readonly TieredCache _cache = engine.Isolated;

    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) =>
        key is not null && MayHit(options, cancellationToken) && _cache.TryHit(key, out T? value)
            ? new ValueTask<T>(value!)
            : FindOrLoadAsync(key, state, factory, options, tags, cancellationToken);

    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        ReadOnlySpan<char> key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default) =>
        MayHit(options, cancellationToken) && _cache.TryHit(key, out T? value)
            ? new ValueTask<T>(value!)
            : FindOrLoadAsync(key.ToString(), state, factory, options, tags, cancellationToken);

    public override async ValueTask SetAsync<T>(
        string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var given = HybridNames.Copy(tags, engine.MaximumKeyLength, out var unusableTag);
        if (!IsUsable(HybridNames.Refusal(key, engine.MaximumKeyLength))) return;
        var own = TagsOf(key, given, ref unusableTag);

        // What can't be stored may not leave the value it was to replace.
        if (IsUsable(unusableTag)) await _cache.SetAsync(key, value, HybridEntryOptions.Of(options), own, cancellationToken).ConfigureAwait(false);
        else await _cache.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (CanBeKey(key)) await _cache.RemoveAsync(key, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask RemoveAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        if (keys is null) return;
        var all = keys.ToList();
        if (all.Contains(null!)) throw new ArgumentNullException(nameof(keys), "One of the keys is null.");
        all.RemoveAll(key => !CanBeKey(key));
        if (all.Count > 0) await _cache.RemoveManyAsync(all, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        if (tag == HybridNames.Everything) await _cache.ClearAsync(cancellationToken).ConfigureAwait(false);
        else if (HybridNames.CanHave(tag, engine.MaximumKeyLength)) await _cache.RemoveByTagAsync(tag, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask RemoveByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default)
    {
        if (tags is not null) await Task.WhenAll(tags.Select(tag => RemoveByTagAsync(tag, cancellationToken).AsTask())).ConfigureAwait(false);
    }

    private static bool MayHit(HybridCacheEntryOptions? options, CancellationToken cancellationToken) =>
        HybridEntryOptions.Allows(options, HybridCacheEntryFlags.DisableLocalCacheRead) && !cancellationToken.IsCancellationRequested;

    private ValueTask<T> FindOrLoadAsync<TState, T>(
        string? key,
        TState state,
        Func<TState, CancellationToken, ValueTask<T>> factory,
        HybridCacheEntryOptions? options,
        IEnumerable<string>? tags,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(factory);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<T>(cancellationToken);
        var refusal = HybridNames.Refusal(key, engine.MaximumKeyLength);
        var own = refusal is null ? TagsOf(key!, HybridNames.Copy(tags, engine.MaximumKeyLength, out refusal), ref refusal) : null;
        if (IsUsable(refusal))
            return _cache.GetOrCreateAsync(key!, (state, factory), static (s, _, token) => s.factory(s.state, token), HybridEntryOptions.Of(options), own, cancellationToken);
        return HybridEntryOptions.Allows(options, HybridCacheEntryFlags.DisableUnderlyingData) ? factory(state, cancellationToken) : default;
    }

    /// <summary>Primary values have no tags, so whatever tags are given with them don't matter.</summary>
    private string[]? TagsOf(string key, string[]? tags, ref string? refusal)
    {
        if (!engine.Profiles.Current.For(key).Primary) return tags;
        refusal = null;
        return null;
    }

    private bool CanBeKey(string key) => HybridNames.Refusal(key, engine.MaximumKeyLength) is null;

    private bool IsUsable(string? refusal)
    {
        if (refusal is not null) engine.Faults.Uncacheable(refusal);
        return refusal is null;
    }
}
