namespace DistributedCache;

/// <summary>Invalidates what another application caches in the same remote tier.</summary>
/// <remarks>An operation answers <see cref="InvalidationStatus.Rejected"/> where the tier is away or keeps nothing of an application of
/// that name, and never fails for it. Its tokens are empty: they would stand for the other application's writes.</remarks>
public interface ICacheInvalidator
{
    /// <summary>Invalidates a key, cached or primary.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>How far it came.</returns>
    ValueTask<InvalidationResult> RemoveAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Invalidates what carries a tag.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>How far it came.</returns>
    ValueTask<InvalidationResult> RemoveByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>Invalidates what begins with a prefix that ends at <c>:</c> or <c>:*</c>.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>How far it came.</returns>
    ValueTask<InvalidationResult> RemoveByPrefixAsync(string prefix, CancellationToken cancellationToken = default);

    /// <summary>Invalidates everything cached, of this tenant if there is one.</summary>
    /// <param name="cancellationToken">Ends the wait, not what was already sent.</param>
    /// <returns>How far it came.</returns>
    ValueTask<InvalidationResult> ClearAsync(CancellationToken cancellationToken = default);

    /// <summary>The same for one of the application's tenants.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <returns>A view that holds nothing.</returns>
    ICacheInvalidator ForTenant(string tenant);
}
