namespace DistributedCache.AspNetCore;

/// <summary>Purges what an edge cache holds under tags: one for each kind of edge, and your own for another by
/// <c>AddEdge&lt;TPurger&gt;()</c>.</summary>
public interface IEdgePurger
{
    /// <summary>Purges every response that carries one of the tags. It may be called again for tags that are purged already.</summary>
    /// <param name="tags">Portable tags as the edge knows them: 1 to 32 characters of <c>a-z0-9._-</c>; at most 1,000, each once.
    /// A purger whose edge takes fewer at once sends several requests.</param>
    /// <param name="cancellationToken">Cancelled when the time of a purge is over, or that of a shutdown.</param>
    /// <returns>When the edge has accepted all of them.</returns>
    /// <exception cref="Exception">Whatever is thrown is logged, and all the tags are purged again later.</exception>
    ValueTask PurgeAsync(IReadOnlyCollection<string> tags, CancellationToken cancellationToken);
}
