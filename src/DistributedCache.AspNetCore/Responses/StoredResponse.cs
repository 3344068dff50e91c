using DistributedCache.AspNetCore.Freshness;
using DistributedCache.AspNetCore.Headers;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Responses;

/// <summary>A whole response, immutable.</summary>
/// <param name="Status">Its status.</param>
/// <param name="Headers">Its fields, without those of one connection alone, <c>Age</c> and <c>Content-Length</c>.</param>
/// <param name="Body">Its body.</param>
/// <param name="InitialAge">Milliseconds it was old when it came.</param>
/// <param name="Received">When that was, in Unix milliseconds.</param>
/// <param name="Lifetime">What it says of its freshness; never without.</param>
internal sealed record StoredResponse(
    int Status, KeyValuePair<string, StringValues>[] Headers, ReadOnlyMemory<byte> Body, long InitialAge, long Received, Lifetime Lifetime) : CachedItem
{
    /// <summary>Its validator; of one without, the body's hash is taken for one when it is stored.</summary>
    public EntityTag? Tag => EntityTag.TryParse(Find(HeaderNames.ETag).ToString(), out var tag) ? tag : null;

    /// <summary>Whether its tag is the application's, which then knows it again.</summary>
    public bool HasOwnTag => Tag is { } tag && !tag.Opaque.StartsWith(StoredHeaders.OwnTag, StringComparison.Ordinal);

    public StringValues Find(string name)
    {
        foreach (var (key, value) in Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        }

        return StringValues.Empty;
    }

    /// <summary>Milliseconds that it is fresh from when it came.</summary>
    public long FreshLeft => Math.Max(0, (Lifetime.Fresh ?? 0) - InitialAge);

    /// <summary>Milliseconds it is old.</summary>
    public long AgeAt(DateTimeOffset now) => InitialAge + Math.Max(0, now.ToUnixTimeMilliseconds() - Received);

    /// <summary>Bytes of heap, roughly.</summary>
    public long Weight => 200 + Body.Length + Headers.Sum(static header => 96 + (2L * (header.Key.Length + header.Value.Sum(static v => v?.Length ?? 0))));
}
