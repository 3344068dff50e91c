using System.Security.Claims;
using DistributedCache.AspNetCore.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace DistributedCache.AspNetCore.Requests;

/// <summary>Who asks, as far as responses may depend on it.</summary>
internal static class RequestUser
{
    /// <summary>Whether somebody is logged in. Who is may be given a new cookie by the login as the response starts, after all else.</summary>
    public static bool IsLoggedIn(HttpContext context) =>
        context.Features.Get<IHttpAuthenticationFeature>()?.User is { } user && user.Identities.Any(static identity => identity.IsAuthenticated);

    /// <summary>What tells the user's responses from others', empty where nothing does; null where nobody else may have the response and
    /// the user can't be told from others.</summary>
    /// <remarks>All who are logged in count: beside the identity of a gateway, say, that all requests have, there is the user's own.</remarks>
    public static string[]? Of(HttpContext context, CacheResponsePolicy policy)
    {
        if (policy.SharedAcrossUsers) return [];

        // Where nobody has set a user there is none, and to ask the context for one would make it.
        if (context.Features.Get<IHttpAuthenticationFeature>()?.User is not { } user) return [];
        List<string>? parts = null;
        foreach (var identity in user.Identities)
        {
            if (!identity.IsAuthenticated) continue;
            if (!policy.VaryByUser || IdentifierOf(identity) is not { Value.Length: > 0 } claim) return null;
            (parts ??= []).AddRange([identity.AuthenticationType ?? "", claim.Issuer, claim.Value]);
        }

        return parts is null ? [] : [.. parts];
    }

    /// <summary>Whether it is still who it was when the request's key was made: authentication that runs behind the cache comes too late for it.</summary>
    public static bool IsUnchanged(in KeyedRequest keyed) => Of(keyed.Context, keyed.Policy) is { } now && now.AsSpan().SequenceEqual(keyed.User);

    private static Claim? IdentifierOf(ClaimsIdentity identity) =>
        identity.FindFirst(ClaimTypes.NameIdentifier) ?? identity.FindFirst("sub") ?? identity.FindFirst(identity.NameClaimType);
}
