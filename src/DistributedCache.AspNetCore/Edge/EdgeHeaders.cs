using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.AspNetCore.Headers;
using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore.Edge;

/// <summary>What a response says to the edges of a cache: its tags, its lifetime there, and what an unsafe request has invalidated.</summary>
/// <param name="edges">The edges; without any there are still caches that know groups (RFC 9875) and targeted control (RFC 9213).</param>
internal sealed class EdgeHeaders(IReadOnlyList<EdgeSite> edges)
{
    public const string Control = "CDN-Cache-Control";
    public const string OlderControl = "Surrogate-Control";
    public const string Groups = "Cache-Groups";
    public const string GroupInvalidation = "Cache-Group-Invalidation";

    private const string NoStore = "no-store";
    private const string Expired = "max-age=0";

    // Several servers of one kind read the same header.
    private readonly EdgeTagFormat[] _formats = [.. edges.Select(static edge => edge.Format).Distinct()];

    public bool HasEdges => edges.Count > 0;

    /// <summary>For a cache without edges.</summary>
    public static EdgeHeaders None { get; } = new([]);

    /// <summary>Says how long edges may keep the response.</summary>
    public static void Allow(IHeaderDictionary headers, EdgeLifetime lifetime) => headers[Control] = headers[OlderControl] = lifetime.ToString();

    /// <summary>Says that an edge may keep the response for no time at all.</summary>
    public void Expire(IHeaderDictionary headers)
    {
        headers[Control] = headers[OlderControl] = Expired;
        ForbidByCacheControl(headers);
    }

    /// <summary>Says that no edge may keep the response. Clients may, as they might before.</summary>
    public void Forbid(IHeaderDictionary headers)
    {
        headers[Control] = headers[OlderControl] = NoStore;
        ForbidByCacheControl(headers);
    }

    /// <summary>Says what an unsafe request has invalidated, to caches of the same origin on its way. The first tags, if they are many:
    /// it only comes before the purge, never in its place.</summary>
    public static void Invalidate(IHeaderDictionary headers, IEnumerable<(string Tenant, string Tag)> tags)
    {
        string[] groups = [.. tags.Select(static tag => EdgeTags.Of(tag.Tenant, tag.Tag)).Distinct().Take(EdgeTags.MaximumCount)];
        if (groups.Length > 0) headers[GroupInvalidation] = Quoted(groups);
    }

    /// <summary>Puts the tags into each edge's header and into <c>Cache-Groups</c>.</summary>
    /// <returns>False where an edge would keep only some of them; none is there then.</returns>
    public bool TryTag(IHeaderDictionary headers, string tenant, IEnumerable<string> tags)
    {
        if (EdgeTags.Of(tenant, tags) is { } portable && TryTag(headers, portable)) return true;
        foreach (var format in _formats) headers.Remove(format.Header);
        headers.Remove(Groups);
        return false;
    }

    private void ForbidByCacheControl(IHeaderDictionary headers)
    {
        if (edges.All(static edge => edge.HeedsTargets)) return;

        // Cache-Control is all this edge heeds: what lets shared caches keep the response goes from it.
        var members = HeaderText.Members(headers.CacheControl);
        members.RemoveAll(static member => member.Equals("public", StringComparison.OrdinalIgnoreCase)
            || member.StartsWith("s-maxage", StringComparison.OrdinalIgnoreCase)
            || member.StartsWith("private", StringComparison.OrdinalIgnoreCase));
        headers.CacheControl = string.Join(", ", members.Prepend("private"));
    }

    private bool TryTag(IHeaderDictionary headers, IReadOnlyList<string> tags)
    {
        if (tags.Count == 0) return true;
        var values = new string?[_formats.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if ((values[i] = _formats[i].Format(tags)) is null) return false;
        }

        for (var i = 0; i < values.Length; i++) headers[_formats[i].Header] = values[i];
        headers[Groups] = Quoted(tags);
        return true;
    }

    private static string Quoted(IEnumerable<string> tags) => string.Join(", ", tags.Select(static tag => $"\"{tag}\""));
}
