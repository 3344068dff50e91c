using DistributedCache.AspNetCore.Freshness;
using DistributedCache.AspNetCore.Headers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Responses;

/// <summary>A response, or a part of one, immutable.</summary>
internal sealed class StoredResponse : CachedItem
{
    private HitTexts? _texts;

    /// <param name="status">Its status.</param>
    /// <param name="headers">Its fields, without those of one connection alone, <c>Age</c> and <c>Content-Length</c>.</param>
    /// <param name="body">Its body.</param>
    /// <param name="initialAge">Milliseconds it was old when it came.</param>
    /// <param name="received">When that was, in Unix milliseconds.</param>
    /// <param name="lifetime">What it says of its freshness.</param>
    /// <param name="selection">For which requests it is.</param>
    public StoredResponse(
        int status, KeyValuePair<string, StringValues>[] headers, ReadOnlyMemory<byte> body, long initialAge, long received, in Lifetime lifetime, Selection selection)
    {
        (Status, Headers, Body, InitialAge, Received, Lifetime, Selection) = (status, headers, body, initialAge, received, lifetime, selection);
        Tag = EntityTag.TryParse(Find(HeaderNames.ETag).ToString(), out var tag) ? tag : null;
        if (!HasOwnTag && Tag is { } made) WeakTag = new EntityTag(made.Opaque, IsWeak: true).ToString();
        LastModified = Find(HeaderNames.LastModified);
        Date = Find(HeaderNames.Date);
        Coding = Find(HeaderNames.ContentEncoding);
        if (status == StatusCodes.Status206PartialContent && ContentRange.TryParse(Find(HeaderNames.ContentRange), out var part)) Part = PartOf(part, body.Length);
    }

    public int Status { get; }

    public KeyValuePair<string, StringValues>[] Headers { get; }

    public ReadOnlyMemory<byte> Body { get; }

    public long InitialAge { get; }

    public long Received { get; }

    public Lifetime Lifetime { get; }

    public Selection Selection { get; }

    /// <summary>Its validator; of one without, the body's hash is taken for one when it is stored.</summary>
    public EntityTag? Tag { get; }

    public StringValues LastModified { get; }

    public StringValues Date { get; }

    /// <summary>How its body is compressed.</summary>
    public StringValues Coding { get; }

    /// <summary>Which part of a whole it is; null where it is one.</summary>
    public ContentRange? Part { get; }

    /// <summary>Whether its tag is the application's, which then knows it again.</summary>
    public bool HasOwnTag => Tag is { } tag && !tag.Opaque.StartsWith(StoredHeaders.OwnTag, StringComparison.Ordinal);

    /// <summary>Its tag as it goes out where a body may be compressed on its way: other bytes need another strong one (RFC 9110, section
    /// 8.8.3.3). None where the tag is the application's, which may know.</summary>
    public StringValues WeakTag { get; }

    /// <summary>Whether the application can say that it is still current.</summary>
    public bool IsRenewable => HasOwnTag || LastModified.Count > 0;

    /// <summary>Milliseconds that it is fresh from when it came.</summary>
    public long FreshLeft => Math.Max(0, (Lifetime.Fresh ?? 0) - InitialAge);

    /// <summary>Bytes of heap, roughly.</summary>
    public long Weight => 300 + Body.Length + (2L * Selection.Values.Length)
        + Headers.Sum(static header => 96 + (2L * (header.Key.Length + header.Value.Sum(static v => v?.Length ?? 0))));

    /// <summary>Milliseconds it is old.</summary>
    /// <param name="now">Unix milliseconds.</param>
    public long AgeAt(long now) => InitialAge + Math.Max(0, now - Received);

    public StringValues Find(string name)
    {
        foreach (var (key, value) in Headers)
        {
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase)) return value;
        }

        return StringValues.Empty;
    }

    /// <summary>What a hit says of its age, made once a second.</summary>
    public HitTexts TextsAt(long age, CacheStatus status)
    {
        var seconds = age / 1000;
        var left = (long)Math.Floor(((Lifetime.Fresh ?? 0) - age) / 1000.0);
        var texts = Volatile.Read(ref _texts);
        if (texts is not null && texts.Seconds == seconds && texts.Left == left && texts.Status == status) return texts;
        Volatile.Write(ref _texts, texts = new HitTexts(seconds, left, status));
        return texts;
    }

    /// <summary>What the body holds counts, not what the field says: a part that ends with the whole ends it where the body ends.</summary>
    private static ContentRange PartOf(in ContentRange said, long length) => new(
        said.First, said.First + length - 1, said.Whole == said.Last + 1 ? said.First + length : said.Whole);
}
