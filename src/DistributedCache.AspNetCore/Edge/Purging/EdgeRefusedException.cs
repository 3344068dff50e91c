using System.Globalization;
using System.Net;

namespace DistributedCache.AspNetCore.Edge.Purging;

/// <summary>An edge answered a purge with an error.</summary>
internal sealed class EdgeRefusedException(string edge, HttpStatusCode status, string answer, TimeSpan? retryAfter, bool isTransient)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"The edge '{edge}' answered {(int)status}: {answer}"))
{
    /// <summary>When it may be asked again, if it said so.</summary>
    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>Whether the same request may succeed soon.</summary>
    public bool IsTransient => isTransient;

    /// <summary>The same, for a request that was not sent.</summary>
    public EdgeRefusedException After(TimeSpan rest) => new(edge, status, answer, rest, isTransient);
}
