using System.Buffers;
using System.Runtime.InteropServices;
using DistributedCache.Expiry;
using DistributedCache.Keys;
using DistributedCache.Local;
using DistributedCache.Pipeline;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;

namespace DistributedCache.Adapters;

/// <summary>The engine as an <see cref="IDistributedCache"/>: bytes under any key, primary, so that what was not stored is said.</summary>
/// <remarks>What L1 keeps is an array that nobody else has: one copy in, one out. What it does not keep is copied on the way to the
/// remote tier and on the way from it, and no more. The synchronous forms answer from L1 without waiting, and block on the asynchronous
/// ones otherwise.</remarks>
internal sealed class TieredDistributedCache(CacheEngine engine) : IBufferDistributedCache
{
    private const int LongestOnStack = 256;
    private const HybridCacheEntryFlags NoLocal = HybridCacheEntryFlags.DisableLocalCache;

    private readonly ReadPath _reads = new(engine, tenant: "", isolates: true);
    private readonly WritePath _writes = new(engine, tenant: "", isolates: true);
    private readonly InvalidationPath _invalidations = new(engine, tenant: "");
    private readonly LocalHits _hits = new(engine);

    public byte[]? Get(string key) => Copy(Block(FindAsync(key, CancellationToken.None)));

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Copy(await FindAsync(key, token).ConfigureAwait(false));

    public bool TryGet(string key, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return TryCopy(Block(FindAsync(key, CancellationToken.None)), destination);
    }

    public async ValueTask<bool> TryGetAsync(string key, IBufferWriter<byte> destination, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        return TryCopy(await FindAsync(key, token).ConfigureAwait(false), destination);
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(value);
        Block(StoreAsync(key, new ReadOnlySequence<byte>(value), options, CancellationToken.None));
    }

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        return StoreAsync(key, new ReadOnlySequence<byte>(value), options, token).AsTask();
    }

    public void Set(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options) =>
        Block(StoreAsync(key, value, options, CancellationToken.None));

    public async ValueTask SetAsync(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken token = default) =>
        await StoreAsync(key, value, options, token).ConfigureAwait(false);

    public void Refresh(string key) => Block(FindAsync(key, CancellationToken.None));

    public async Task RefreshAsync(string key, CancellationToken token = default) => await FindAsync(key, token).ConfigureAwait(false);

    public void Remove(string key) => Block(DeleteAsync(key, CancellationToken.None));

    public async Task RemoveAsync(string key, CancellationToken token = default) => await DeleteAsync(key, token).ConfigureAwait(false);

    private DistributedCacheAdapterOptions Options => engine.Profiles.Options.DistributedCache;

    /// <summary>Whether L1 holds entries. Where there is no other store it must.</summary>
    private bool IsLocal => Options.Local || !engine.Remote.HoldsValues;

    /// <summary>Finds the bytes, and renews them if they slide: a read is what renews.</summary>
    private ValueTask<StoredPayload?> FindAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<StoredPayload?>(cancellationToken);
        if (!engine.IsEnabled) return default;
        if (IsLocal && Find(key) is { Value: StoredPayload held } entry && _hits.IsCurrent(entry))
        {
            _hits.Note(entry);
            return new ValueTask<StoredPayload?>(held);
        }

        var lookup = _reads.GetAsync<StoredPayload>(Call(key, engine.Profiles.Current.Distributed.Policy), cancellationToken);
        return lookup.IsCompletedSuccessfully ? new ValueTask<StoredPayload?>(Open(key, lookup.Result)) : OpenAsync(key, lookup);
    }

    private async ValueTask<StoredPayload?> OpenAsync(string key, ValueTask<CacheLookup<StoredPayload>> lookup) => Open(key, await lookup.ConfigureAwait(false));

    private StoredPayload? Open(string key, in CacheLookup<StoredPayload> lookup)
    {
        if (lookup.IsUnavailable && Options.WhenUnavailable == UnavailableBehavior.Throw) throw NotStored.Away("read", key);
        return lookup.Value;
    }

    private async ValueTask<bool> StoreAsync(string key, ReadOnlySequence<byte> value, DistributedCacheEntryOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(options);
        var profile = engine.Profiles.Current.Distributed;
        var call = Call(key, DistributedEntryOptions.Apply(profile.Policy, options, engine.Clock.Provider));
        if (engine.Remote.HoldsValues && value.Length > engine.Profiles.Options.MaximumPayloadBytes)
            throw NotStored.TooLarge(key, value.Length, engine.Profiles.Options.MaximumPayloadBytes);
        var bytes = IsKept(call) ? value.ToArray() : ArrayOf(value);
        var result = await _writes.SetAsync(call, new StoredPayload(bytes), cancellationToken).ConfigureAwait(false);
        if (result.Status != InvalidationStatus.Rejected) return true;
        if (!engine.IsEnabled) return Unavailable(NotStored.Disabled(key));
        if (engine.Remote.HoldsValues) return Unavailable(NotStored.Away("stored", key));
        throw NotStored.NoRoom(key, value.Length, engine.Store.Regions[engine.RegionOf(profile)].Budget);
    }

    private async ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var result = await _invalidations.InvalidateAsync(Coherence.InvalidationKind.Remove, engine.Calls.DistributedKey(key), cancellationToken).ConfigureAwait(false);
        return result.Status != InvalidationStatus.Rejected || Unavailable(NotStored.Away("removed", key));
    }

    /// <summary>Says that nothing was done, or counts it where the owner prefers that.</summary>
    private bool Unavailable(InvalidOperationException exception)
    {
        if (Options.WhenUnavailable == UnavailableBehavior.Throw) throw exception;
        engine.Faults.Dropped();
        return false;
    }

    private EntryCall Call(string key, EntryPolicy policy) =>
        new(engine.Calls.DistributedKey(key), IsLocal ? policy : policy with { Flags = policy.Flags | NoLocal }, [], Isolates: true);

    private LocalEntry? Find(string key)
    {
        if (key.Length >= LongestOnStack) return engine.Store.Find(CacheKey.IndexOf(KeyKind.Distributed, "", key));
        Span<char> index = stackalloc char[LongestOnStack];
        CacheKey.WriteDistributedIndex(key, index);
        return engine.Store.Find(index[..(key.Length + 1)]);
    }

    /// <summary>Whether L1 keeps what is set. As for any entry with a remote tier, what slides is read there.</summary>
    private bool IsKept(in EntryCall call) => call.WritesLocal && (call.Policy.Sliding is null || !engine.Remote.HoldsValues);

    /// <summary>The array behind the bytes where they are all of it, else a copy.</summary>
    private static byte[] ArrayOf(ReadOnlySequence<byte> bytes) =>
        bytes.IsSingleSegment && MemoryMarshal.TryGetArray(bytes.First, out var segment) && segment.Count == segment.Array!.Length ? segment.Array : bytes.ToArray();

    private static byte[]? Copy(StoredPayload? payload) => payload is { IsReaders: false } ? payload.Bytes?.AsSpan().ToArray() : payload?.Bytes;

    private static bool TryCopy(StoredPayload? payload, IBufferWriter<byte> destination)
    {
        if (payload?.Bytes is not { } bytes) return false;
        destination.Write(bytes);
        return true;
    }

    private static T Block<T>(ValueTask<T> running) => running.IsCompleted ? running.GetAwaiter().GetResult() : running.AsTask().GetAwaiter().GetResult();
}
