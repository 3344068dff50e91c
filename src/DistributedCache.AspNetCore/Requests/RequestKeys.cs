using System.Security.Claims;
using DistributedCache.AspNetCore.Policies;
using DistributedCache.AspNetCore.Responses;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>The keys and the tag under which a request's responses are.</summary>
internal static class RequestKeys
{
    private const string Prefix = "http:";

    /// <summary>The key of all its variants: host, path, query and what the policy varies by.</summary>
    /// <param name="context">The request.</param>
    /// <param name="policy">The endpoint's.</param>
    /// <param name="values">What code tells its responses apart by.</param>
    public static string Base(HttpContext context, CacheResponsePolicy policy, IReadOnlyList<string?> values) => Prefix + Begin(context, policy, values).Hash();

    /// <summary>The key of the variant that this request's fields choose.</summary>
    public static string Variant(HttpContext context, CacheResponsePolicy policy, IReadOnlyList<string?> values, VariantRule rule)
    {
        var key = Begin(context, policy, values).Add("vary");
        foreach (var name in rule.Names) key.Add(name).Add(Normalize(context.Request.Headers[name].ToString()));
        return Prefix + key.Hash();
    }

    /// <summary>The tag of everything under a target: all queries apart, all variants.</summary>
    public static string UriTag(HostString host, string path, string? query) =>
        "uri:" + new CanonicalKey().Add(host.Value?.ToLowerInvariant()).Add(path).Add(query).Hash();

    public static string UriTag(HttpRequest request) => UriTag(request.Host, request.PathBase.Add(request.Path).Value ?? "", request.QueryString.Value);

    private static CanonicalKey Begin(HttpContext context, CacheResponsePolicy policy, IReadOnlyList<string?> values)
    {
        var request = context.Request;
        var key = new CanonicalKey().Add(request.Scheme).Add(request.Host.Value?.ToLowerInvariant()).Add(request.PathBase.Value).Add(request.Path.Value);
        if (policy.VaryByQuery is not { } names) key.Add(request.QueryString.Value);
        else
        {
            foreach (var name in names) key.Add(name).Add((IEnumerable<string?>)(request.Query.TryGetValue(name, out var asked) ? asked : StringValues.Empty));
        }

        foreach (var name in policy.VaryByHeader) key.Add(name).Add(Normalize(request.Headers[name].ToString()));
        if (policy.VaryByUser) key.Add(UserOf(context.User));
        if (policy.VaryByValue.Length > 0) key.Add(policy.VaryByValue.Select(value => value.Of(context)));
        if (policy.VaryBy.Length > 0) key.Add(policy.VaryBy.Select(value => value(context)));
        if (values.Count > 0) key.Add(values);
        return key;
    }

    /// <summary>Spaces around commas say nothing.</summary>
    private static string Normalize(string value) =>
        value.AsSpan().ContainsAny(' ', '\t') ? string.Join(',', value.Split(',', StringSplitOptions.TrimEntries)) : value;

    private static IEnumerable<string?> UserOf(ClaimsPrincipal user)
    {
        var claim = user.FindFirst(ClaimTypes.NameIdentifier) ?? user.FindFirst("sub") ?? user.FindFirst(ClaimTypes.Name);
        return [user.Identity?.AuthenticationType, claim?.Issuer, claim?.Value ?? user.Identity?.Name];
    }
}
