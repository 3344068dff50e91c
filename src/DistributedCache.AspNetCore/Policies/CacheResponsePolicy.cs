using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace DistributedCache.AspNetCore.Policies;

/// <summary>What holds for an endpoint's responses, its templates read.</summary>
internal sealed class CacheResponsePolicy
{
    public required string? Profile { get; init; }

    public required TimeSpan? Duration { get; init; }

    public required TagTemplate[] Tags { get; init; }

    public required string[]? VaryByQuery { get; init; }

    public required string[] VaryByHeader { get; init; }

    public required bool VaryByUser { get; init; }

    public required bool SharedAcrossUsers { get; init; }

    public required Func<HttpContext, string?>[] VaryBy { get; init; }

    public required Func<HttpContext, bool>[] When { get; init; }

    /// <summary>Whether each response says itself how long it is fresh, and is guessed to be where it doesn't.</summary>
    public required bool IsByHeadersAlone { get; init; }

    /// <summary>For whatever is not an endpoint of its own: the response decides.</summary>
    public static CacheResponsePolicy ByHeaders { get; } = Of(new CacheResponseAttribute(), null, "");

    /// <exception cref="InvalidOperationException">A tag names what the endpoint's route lacks, or the policy contradicts itself.</exception>
    public static CacheResponsePolicy Of(CacheResponseAttribute attribute, CacheResponseConditions? conditions, string endpoint, RouteEndpoint? route = null)
    {
        if (attribute.VaryByUser && attribute.SharedAcrossUsers)
            throw new InvalidOperationException($"The endpoint '{endpoint}' has {nameof(attribute.VaryByUser)} and {nameof(attribute.SharedAcrossUsers)}: its responses are either each user's own or everybody's.");
        if (attribute.Duration < -1)
            throw new InvalidOperationException($"The endpoint '{endpoint}' has a {nameof(attribute.Duration)} of {attribute.Duration} s; it must be 0 or more, or -1 for the profile's.");
        return new CacheResponsePolicy
        {
            Profile = attribute.Profile,
            Duration = attribute.Duration < 0 ? null : TimeSpan.FromSeconds(attribute.Duration),
            Tags = [.. attribute.Tags.Select(tag => Parse(tag, endpoint, route))],
            VaryByQuery = attribute.VaryByQuery is { } names ? [.. names.Order(StringComparer.Ordinal)] : null,
            VaryByHeader = [.. attribute.VaryByHeader.Select(static name => name.ToLowerInvariant()).Order(StringComparer.Ordinal)],
            VaryByUser = attribute.VaryByUser,
            SharedAcrossUsers = attribute.SharedAcrossUsers,
            VaryBy = [.. conditions?.VaryBy ?? []],
            When = [.. conditions?.When ?? []],
            IsByHeadersAlone = attribute.Profile is null && attribute.Duration < 0,
        };
    }

    private static TagTemplate Parse(string tag, string endpoint, RouteEndpoint? route)
    {
        TagTemplate template;
        try
        {
            template = TagTemplate.Parse(tag);
        }
        catch (FormatException exception)
        {
            throw new InvalidOperationException($"The endpoint '{endpoint}': {exception.Message}", exception);
        }

        foreach (var name in template.RouteValues)
        {
            if (route is not null && route.RoutePattern.GetParameter(name) is null && !route.RoutePattern.RequiredValues.ContainsKey(name))
                throw new InvalidOperationException($"The endpoint '{endpoint}' has the tag '{tag}', and its route '{route.RoutePattern.RawText}' has no value '{name}'.");
        }

        return template;
    }
}
