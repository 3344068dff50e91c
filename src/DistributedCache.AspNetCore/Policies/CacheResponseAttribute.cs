using Microsoft.AspNetCore.Http;

namespace DistributedCache.AspNetCore;

/// <summary>Caches the responses of a controller, an action, a page or an endpoint, as a shared cache may (RFC 9111).</summary>
/// <remarks>Responses with <c>no-store</c>, <c>private</c> or <c>Set-Cookie</c> are never stored; those of an authenticated user only with
/// <see cref="VaryByUser"/> or <see cref="SharedAcrossUsers"/>. What is wrong in it stops the start, and the error names the endpoint.</remarks>
/// <param name="profile">The profile whose lifetimes hold; null: what each response says of itself.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class CacheResponseAttribute(string? profile = null) : Attribute
{
    /// <summary>The profile whose lifetimes hold; null: what each response says of itself in <c>Cache-Control</c> and <c>Expires</c>.</summary>
    public string? Profile { get; } = profile;

    /// <summary>Tags that invalidate the responses. In braces a route value (<c>product:{id}</c>), <c>{query.name}</c>,
    /// <c>{header.name}</c> or <c>{claim.type}</c>; a tag whose value a request lacks is left out. Default: none.</summary>
    public string[] Tags { get; set; } = [];

    /// <summary>The query parameters that tell responses apart, in any order; others are left out of the key. Null, the default: the
    /// whole query as it stands.</summary>
    public string[]? VaryByQuery { get; set; }

    /// <summary>Request headers that tell responses apart, beside those the response names in <c>Vary</c>. Default: none.</summary>
    public string[] VaryByHeader { get; set; } = [];

    /// <summary>What else tells responses apart, in braces as in <see cref="Tags"/>: <c>{claim.tenant}</c>. Default: nothing.</summary>
    public string[] VaryByValue { get; set; } = [];

    /// <summary>Whether each user has responses of his own. Default: false.</summary>
    public bool VaryByUser { get; set; }

    /// <summary>Whether one user's response may go to another, since nothing in it depends on who asks. Default: false.</summary>
    public bool SharedAcrossUsers { get; set; }

    /// <summary>Seconds that responses are fresh in any tier, from 0; -1, the default: as the profile, or the response, says.</summary>
    public int Duration { get; set; } = -1;

    /// <summary>Seconds that responses are fresh in the process, from 1; more than the duration counts as the duration. -1, the default:
    /// as the profile says.</summary>
    public int LocalDuration { get; set; } = -1;

    /// <summary>Seconds that an edge in front may keep a response it was given, from 0, said in <c>CDN-Cache-Control</c> (RFC 9213) and
    /// <c>Surrogate-Control</c>. -1, the default: as <c>Cache-Control</c> says. Not with what makes a response personal, nor with what an
    /// edge can't see: <see cref="VaryByUser"/>, claims, <see cref="VaryBy"/>.</summary>
    public int EdgeDuration { get; set; } = -1;

    internal List<Func<HttpContext, string?>> Values { get; } = [];

    internal List<Func<HttpContext, bool>> Conditions { get; } = [];

    internal List<Func<object?, IEnumerable<string>>> ResultTags { get; } = [];

    /// <summary>Tells responses apart by a value of the request; for endpoints that are mapped in code.</summary>
    /// <param name="value">The value, before the endpoint runs; null is a value of its own.</param>
    /// <returns>The same attribute.</returns>
    public CacheResponseAttribute VaryBy(Func<HttpContext, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Values.Add(value);
        return this;
    }

    /// <summary>Leaves requests alone for which this is false: they are neither answered from the cache nor stored.</summary>
    /// <param name="condition">The condition, before the endpoint runs.</param>
    /// <returns>The same attribute.</returns>
    public CacheResponseAttribute When(Func<HttpContext, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        Conditions.Add(condition);
        return this;
    }

    /// <summary>Tags responses by what the endpoint's handler or action returns.</summary>
    /// <typeparam name="T">The type of the value: returned as it is, or in a result such as <c>Ok</c>.</typeparam>
    /// <param name="tags">The tags of a value.</param>
    /// <returns>The same attribute.</returns>
    public CacheResponseAttribute TagsFrom<T>(Func<T, IEnumerable<string>> tags)
    {
        ArgumentNullException.ThrowIfNull(tags);
        ResultTags.Add(result => result is T value ? tags(value) : []);
        return this;
    }
}
