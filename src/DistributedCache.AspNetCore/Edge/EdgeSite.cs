using DistributedCache.AspNetCore.Edge.Tags;

namespace DistributedCache.AspNetCore.Edge;

/// <summary>What is purged by itself: an edge of one cache, or a server of one.</summary>
/// <param name="Name">What it is called in logs, metrics and the queue; stable, since other processes share the queue.</param>
/// <param name="Format">How it reads tags.</param>
/// <param name="HeedsTargets">Whether it heeds <c>CDN-Cache-Control</c> or <c>Surrogate-Control</c>, and not Cache-Control alone.</param>
/// <param name="BatchSize">How many tags its purger sends in one request: what one has done is done, whether or not the next fails.</param>
/// <param name="Purger">Purges it.</param>
internal sealed record EdgeSite(string Name, EdgeTagFormat Format, bool HeedsTargets, int BatchSize, IEdgePurger Purger)
{
    /// <summary>How many tags a purger is given at most.</summary>
    public const int LargestBatch = 1_000;
}
