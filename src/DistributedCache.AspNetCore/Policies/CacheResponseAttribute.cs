namespace DistributedCache.AspNetCore;

/// <summary>Caches the responses of a controller, an action, a page or an endpoint, as a shared cache may (RFC 9111).</summary>
/// <remarks>Responses with <c>no-store</c>, <c>private</c> or <c>Set-Cookie</c> are never stored; those of an authenticated user only with
/// <see cref="VaryByUser"/> or <see cref="SharedAcrossUsers"/>.</remarks>
/// <param name="profile">The profile whose lifetimes hold; null: what each response says of itself.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class CacheResponseAttribute(string? profile = null) : Attribute
{
    /// <summary>The profile whose lifetimes hold; null: what each response says of itself in <c>Cache-Control</c> and <c>Expires</c>.</summary>
    public string? Profile { get; } = profile;

    /// <summary>Tags that invalidate the responses. In braces a route value (<c>product:{id}</c>), <c>{query.name}</c>,
    /// <c>{header.name}</c> or <c>{claim.type}</c>. Default: none.</summary>
    public string[] Tags { get; set; } = [];

    /// <summary>The query parameters that tell responses apart, in any order; others are left out of the key. Null, the default: the
    /// whole query as it stands.</summary>
    public string[]? VaryByQuery { get; set; }

    /// <summary>Request headers that tell responses apart, beside those the response names in <c>Vary</c>. Default: none.</summary>
    public string[] VaryByHeader { get; set; } = [];

    /// <summary>Whether each user has responses of his own. Default: false.</summary>
    public bool VaryByUser { get; set; }

    /// <summary>Whether one user's response may go to another, since nothing in it depends on who asks. Default: false.</summary>
    public bool SharedAcrossUsers { get; set; }

    /// <summary>Seconds that responses are fresh, from 0; -1, the default: as the profile, or the response, says.</summary>
    public int Duration { get; set; } = -1;
}
