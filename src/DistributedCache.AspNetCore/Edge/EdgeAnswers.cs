using DistributedCache.AspNetCore.Freshness;
using DistributedCache.AspNetCore.Policies;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DistributedCache.AspNetCore.Edge;

/// <summary>What answers of cached endpoints say to the edges in front: where there are any, and where a policy gives responses a
/// lifetime there.</summary>
internal sealed class EdgeAnswers(EdgeHeaders headers)
{
    public bool AreThere => headers.HasEdges;

    public bool IsFor(CacheResponsePolicy policy) => headers.HasEdges || policy.EdgeDuration is not null;

    /// <summary>Tags a response that is to be stored; the tags are stored with it. False where they are more than an edge keeps.</summary>
    public bool TryTag(IHeaderDictionary answer, IReadOnlyCollection<string> tags) => headers.TryTag(answer, tenant: "", tags);

    /// <summary>Says how long an edge may keep a stored response that goes out now.</summary>
    /// <param name="answer">The answer's headers.</param>
    /// <param name="policy">The endpoint's.</param>
    /// <param name="lifetime">The response's own.</param>
    /// <param name="age">Its age, in milliseconds, which the answer says as well.</param>
    /// <param name="isDoubtful">Whether it is stale or unverified: an edge would keep on what the cache itself doubts.</param>
    public void Allow(IHeaderDictionary answer, CacheResponsePolicy policy, in Lifetime lifetime, long age, bool isDoubtful)
    {
        foreach (var name in policy.VisibleHeaders) answer.AppendCommaSeparatedValues(HeaderNames.Vary, name);

        // Tags are stored with a response. One without has more than an edge keeps.
        if (!answer.ContainsKey(EdgeHeaders.Groups)) headers.Forbid(answer);
        else if (isDoubtful) headers.Expire(answer);
        else if (policy.EdgeDuration is { } duration)
        {
            // An edge takes the age off (RFC 9213, section 2.2). With the edge's own time the response lives no longer than it lives here,
            // or than an edge may keep it if that is more: also at an edge that does not look at ages.
            var most = Math.Max(lifetime.Fresh ?? 0, (long)duration.TotalMilliseconds);
            var fresh = Math.Min(age + (long)duration.TotalMilliseconds, most);
            EdgeHeaders.Allow(answer, new EdgeLifetime(
                TimeSpan.FromMilliseconds(fresh), TimeSpan.FromMilliseconds(lifetime.WhileRevalidate), TimeSpan.FromMilliseconds(lifetime.IfError)));
        }
    }

    /// <summary>Keeps an answer away from edges.</summary>
    public void Forbid(IHeaderDictionary answer) => headers.Forbid(answer);
}
