using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using DistributedCache.Coherence;
using DistributedCache.Pipeline;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;

namespace DistributedCache.AspNetCore.OutputCaching;

/// <summary>Keeps what the framework's output caching stores in a tiered cache: in L1 and L2, under the same tags as all else.</summary>
/// <remarks>The framework looks, runs the endpoint and stores, in three calls that know nothing of each other. What a response may be older
/// than is remembered with its request at the look, so that one that was made before an invalidation is not stored as valid after it.</remarks>
internal sealed class TieredOutputCacheStore(CacheEngine engine, IHttpContextAccessor requests) : IOutputCacheBufferStore
{
    private const string Prefix = "output:";

    private static readonly object SeenItem = new();

    private readonly WritePath _writes = new(engine, tenant: "", isolates: false);

    public async ValueTask<byte[]?> GetAsync(string key, CancellationToken cancellationToken)
    {
        var name = Name(key);
        return engine.Default.TryHit(name, out byte[]? found) ? found : await FindAsync(name, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<bool> TryGetAsync(string key, PipeWriter destination, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var name = Name(key);
        if (!engine.Default.TryHit(name, out byte[]? found)) return CopyAsync(name, destination, cancellationToken);
        destination.Write(found);
        return ValueTask.FromResult(true);
    }

    public ValueTask SetAsync(string key, byte[] value, string[]? tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(value);
        return StoreAsync(key, value, tags ?? [], validFor, cancellationToken);
    }

    public ValueTask SetAsync(string key, ReadOnlySequence<byte> value, ReadOnlyMemory<string> tags, TimeSpan validFor, CancellationToken cancellationToken) =>
        StoreAsync(key, value.ToArray(), tags.ToArray(), validFor, cancellationToken);

    public async ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken) =>
        await engine.Default.RemoveByTagAsync(tag, cancellationToken).ConfigureAwait(false);

    /// <summary>The framework's keys hold what no key may, and are as long as a request makes them.</summary>
    private static string Name(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(key), hash);
        return Prefix + Base64Url.EncodeToString(hash);
    }

    private async ValueTask<bool> CopyAsync(string name, PipeWriter destination, CancellationToken cancellationToken)
    {
        if (await FindAsync(name, cancellationToken).ConfigureAwait(false) is not { } found) return false;
        destination.Write(found);
        return true;
    }

    private async ValueTask<byte[]?> FindAsync(string name, CancellationToken cancellationToken)
    {
        // Before the look: what comes after it may already be older.
        if (!engine.Started.IsCompleted) await engine.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
        var seen = engine.Coherence.Snapshot();
        var lookup = await engine.Default.GetAsync<byte[]>(name, null, cancellationToken).ConfigureAwait(false);
        if (lookup.HasValue && lookup.TimeToLive >= TimeSpan.Zero) return lookup.Value;
        if (requests.HttpContext is { } request) request.Items.TryAdd(SeenItem, seen);
        return null;
    }

    private async ValueTask StoreAsync(string key, byte[] value, string[] tags, TimeSpan validFor, CancellationToken cancellationToken)
    {
        if (validFor <= TimeSpan.Zero) return;
        var options = new TieredCacheEntryOptions { Duration = validFor < TieredCacheOptions.MaximumLifetime ? validFor : TieredCacheOptions.MaximumLifetime };
        var call = engine.Call<byte[]>("", Name(key), options, tags, isolates: false);
        if (requests.HttpContext is { } request && request.Items.TryGetValue(SeenItem, out var seen))
            await _writes.SetMadeSinceAsync(call, value, (SeenSnapshot)seen!, cancellationToken).ConfigureAwait(false);
        else await _writes.SetAsync(call, value, cancellationToken).ConfigureAwait(false);
    }
}
