using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Routing;

namespace DistributedCache.AspNetCore.Policies;

/// <summary>Makes a policy of what an endpoint says, or says what is wrong with it.</summary>
/// <param name="endpoint">The endpoint; null: what is none.</param>
/// <param name="hasProfile">Whether there is a profile of that name.</param>
/// <param name="asksForAuthorization">Whether who asks the endpoint is to be authorized before.</param>
internal sealed class PolicyReader(Endpoint? endpoint, Func<string, bool> hasProfile, bool asksForAuthorization)
{
    private readonly RouteEndpoint? _route = endpoint as RouteEndpoint;

    private bool IsPage => endpoint?.Metadata.GetMetadata<PageActionDescriptor>() is not null;

    /// <exception cref="InvalidOperationException">A template names what the endpoint's route lacks, or the policy contradicts itself.</exception>
    public CacheResponsePolicy Read(CacheResponseAttribute attribute, IEnumerable<ICacheResponsePolicy> code)
    {
        if (attribute.Profile is { } profile && !hasProfile(profile)) throw Fault($"names the profile '{profile}', which the cache has not: add it by AddProfile, or name another");
        if (attribute.VaryByUser && attribute.SharedAcrossUsers)
            throw Fault($"has {nameof(attribute.VaryByUser)} and {nameof(attribute.SharedAcrossUsers)}: its responses are either each user's own or everybody's");
        if (attribute.ResultTags.Count > 0 && IsPage) throw Fault($"has {nameof(attribute.TagsFrom)}, and a page returns nothing that it could see: call HttpContext.AddCacheTags in its handler");
        if (attribute.SharedAcrossUsers && EndpointAuthorization.IsByFilter(endpoint))
            throw Fault($"has {nameof(attribute.SharedAcrossUsers)} and is authorized by a filter of MVC, past which its responses would be served: authorize it by RequireAuthorization, [Authorize] or the fallback policy");
        RequestTemplate[] values = [.. attribute.VaryByValue.Select(value => Parse(value, "value to vary by"))];
        if (attribute.EdgeDuration >= 0) CheckEdge(attribute, values);
        return new CacheResponsePolicy
        {
            Profile = attribute.Profile,
            Duration = Seconds(attribute.Duration, nameof(attribute.Duration), 0),
            EdgeDuration = Seconds(attribute.EdgeDuration, nameof(attribute.EdgeDuration), 0),
            Tags = [.. attribute.Tags.Select(tag => Parse(tag, "tag"))],
            VaryByQuery = attribute.VaryByQuery is { } names ? [.. names.Concat(Choosing()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : null,
            VaryByHeader = [.. attribute.VaryByHeader.Select(static name => name.ToLowerInvariant()).Order(StringComparer.Ordinal)],
            VaryByValue = values,
            VaryByUser = attribute.VaryByUser,
            SharedAcrossUsers = attribute.SharedAcrossUsers,
            VaryBy = [.. attribute.Values],
            When = [.. attribute.Conditions],
            Code = [.. code],
            AsksForAuthorization = asksForAuthorization,
            Options = new TieredCacheEntryOptions { Profile = attribute.Profile, LocalDuration = Seconds(attribute.LocalDuration, nameof(attribute.LocalDuration), 1) },
        };
    }

    /// <summary>The query parameters that choose what runs: the handler of a page.</summary>
    private string[] Choosing() => IsPage ? ["handler"] : [];

    /// <summary>What an edge keeps goes to whoever asks for the same address with the same headers.</summary>
    private void CheckEdge(CacheResponseAttribute attribute, RequestTemplate[] values)
    {
        if (asksForAuthorization) throw Fault($"has an {nameof(attribute.EdgeDuration)} of {attribute.EdgeDuration} s and asks for authorization: an edge would give its responses to everybody");
        var personal = attribute.VaryByUser ? nameof(attribute.VaryByUser)
            : Array.Exists(values, static value => value.HasClaims) ? $"a claim in {nameof(attribute.VaryByValue)}"
            : attribute.Values.Count > 0 ? nameof(attribute.VaryBy)
            : null;
        if (personal is not null)
            throw Fault($"has an {nameof(attribute.EdgeDuration)} of {attribute.EdgeDuration} s and {personal}: an edge can't tell these responses apart, and would give one client's to another");
    }

    private TimeSpan? Seconds(int seconds, string option, int least)
    {
        if (seconds == -1) return null;
        var time = TimeSpan.FromSeconds(seconds);
        return seconds >= least && time <= TieredCacheOptions.MaximumLifetime
            ? time
            : throw Fault($"has a {option} of {seconds} s; it must be from {least} to {(int)TieredCacheOptions.MaximumLifetime.TotalSeconds}, or -1 for what holds without it");
    }

    private RequestTemplate Parse(string text, string what)
    {
        RequestTemplate template;
        try
        {
            template = RequestTemplate.Parse(text);
        }
        catch (FormatException exception)
        {
            throw new InvalidOperationException($"The endpoint '{endpoint?.DisplayName}': the {what} {exception.Message}", exception);
        }

        foreach (var name in template.RouteValues)
        {
            if (_route is not null && _route.RoutePattern.GetParameter(name) is null && !_route.RoutePattern.RequiredValues.ContainsKey(name))
                throw Fault($"has the {what} '{text}', and its route '{_route.RoutePattern.RawText}' has no value '{name}'");
        }

        return template;
    }

    private InvalidOperationException Fault(string what) => new($"The endpoint '{endpoint?.DisplayName}' {what}.");
}
