using DistributedCache.AspNetCore.Requests;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Policies;

/// <summary>What holds for an endpoint's responses, its templates read.</summary>
internal sealed class CacheResponsePolicy
{
    public required string? Profile { get; init; }

    public required TimeSpan? Duration { get; init; }

    /// <summary>How long an edge may keep a response; null: as <c>Cache-Control</c> says.</summary>
    public required TimeSpan? EdgeDuration { get; init; }

    public required RequestTemplate[] Tags { get; init; }

    public required string[]? VaryByQuery { get; init; }

    public required string[] VaryByHeader { get; init; }

    public required RequestTemplate[] VaryByValue { get; init; }

    public required bool VaryByUser { get; init; }

    public required bool SharedAcrossUsers { get; init; }

    public required Func<HttpContext, string?>[] VaryBy { get; init; }

    public required Func<HttpContext, bool>[] When { get; init; }

    /// <summary>What code says besides.</summary>
    public required ICacheResponsePolicy[] Code { get; init; }

    /// <summary>Whether each response says itself how long it is fresh, and is guessed to be where it doesn't.</summary>
    public bool IsByHeadersAlone => Profile is null && Duration is null;

    /// <summary>Whether who asks is to be authorized before.</summary>
    public bool AsksForAuthorization { get; init; }

    /// <summary>Whether responses are for some alone, or differ, by what no edge sees.</summary>
    public bool IsPersonal => AsksForAuthorization || VaryByUser || VaryBy.Length > 0 || Array.Exists(VaryByValue, static value => value.HasClaims);

    /// <summary>The options of every look-up.</summary>
    public required TieredCacheEntryOptions Options { get; init; }

    /// <summary>The request headers that a cache in front of this one has to tell responses apart by.</summary>
    public IEnumerable<string> VisibleHeaders => VaryByHeader.Concat(VaryByValue.SelectMany(static value => value.Headers)).Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>The tags of a request's response that are known before it is made: its target's, and what templates say.</summary>
    public List<string> TagsOf(HttpContext context) => [RequestKeys.UriTag(context.Request), .. Tags.Select(tag => tag.Of(context)).OfType<string>()];
}
