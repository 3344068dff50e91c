using System.Diagnostics.CodeAnalysis;
using DistributedCache;
using DistributedCache.AspNetCore;
using DistributedCache.AspNetCore.Edge;
using DistributedCache.AspNetCore.Edge.Akamai;
using DistributedCache.AspNetCore.Edge.Cloudflare;
using DistributedCache.AspNetCore.Edge.CloudFront;
using DistributedCache.AspNetCore.Edge.Fastly;
using DistributedCache.AspNetCore.Edge.Tags;
using DistributedCache.AspNetCore.Edge.Varnish;
using DistributedCache.AspNetCore.Headers;
using DistributedCache.Registration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts edge caches before a tiered cache: responses carry its tags there, and each invalidation by tag purges them.</summary>
/// <remarks>What is purged is what processes with the edge added invalidate: one that only invalidates, such as a worker, adds it too.
/// Purging begins with the host. Options are validated when it starts.</remarks>
public static class EdgeBuilderExtensions
{
    /// <summary>Sets how the cache's edges are purged.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder ConfigureEdges(this ITieredCacheBuilder builder, Action<EdgeOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }

    /// <summary>Purges Varnish servers, each an edge of its own, by <c>vmod_xkey</c>.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder AddVarnishEdge(this ITieredCacheBuilder builder, Action<VarnishEdgeOptions> configure) => EdgeRegistrations.Add(
        builder, VarnishPurger.Name, configure, VarnishPurger.Check, VarnishPurger.Sites);

    /// <summary>Purges Fastly, by surrogate keys.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder AddFastlyEdge(this ITieredCacheBuilder builder, Action<FastlyEdgeOptions> configure) => EdgeRegistrations.Add(
        builder, FastlyPurger.Name, configure, FastlyPurger.Check, FastlyPurger.Sites);

    /// <summary>Purges Cloudflare, by cache tags.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder AddCloudflareEdge(this ITieredCacheBuilder builder, Action<CloudflareEdgeOptions> configure) => EdgeRegistrations.Add(
        builder, CloudflarePurger.Name, configure, CloudflarePurger.Check, CloudflarePurger.Sites);

    /// <summary>Purges Akamai, by cache tags through Fast Purge.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder AddAkamaiEdge(this ITieredCacheBuilder builder, Action<AkamaiEdgeOptions> configure) => EdgeRegistrations.Add(
        builder, AkamaiPurger.Name, configure, AkamaiPurger.Check, AkamaiPurger.Sites);

    /// <summary>Purges CloudFront, by cache tags.</summary>
    /// <param name="builder">The cache.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ITieredCacheBuilder AddCloudFrontEdge(this ITieredCacheBuilder builder, Action<CloudFrontEdgeOptions> configure) => EdgeRegistrations.Add(
        builder, CloudFrontPurger.Name, configure, CloudFrontPurger.Check, CloudFrontPurger.Sites);

    /// <summary>Purges another edge.</summary>
    /// <typeparam name="TPurger">Its purger: the service of that type, or made with the services.</typeparam>
    /// <param name="builder">The cache.</param>
    /// <param name="name">What the edge is called in logs, metrics and the queue that processes share: letters, digits, <c>.</c>, <c>_</c>, <c>-</c>.</param>
    /// <param name="tagHeader">The response header it reads tags from.</param>
    /// <param name="separator">What stands between two tags there: the same for all edges that read this header.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The name, the header or the separator has other characters.</exception>
    public static ITieredCacheBuilder AddEdge<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TPurger>(
        this ITieredCacheBuilder builder, string name, string tagHeader, char separator = ',')
        where TPurger : class, IEdgePurger
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (!NameText.IsValid(name)) throw new ArgumentException($"The edge's name is '{name}'; it must be {NameText.Rule}.", nameof(name));
        if (!HeaderText.IsToken(tagHeader)) throw new ArgumentException($"'{tagHeader}' is no name of a header.", nameof(tagHeader));
        if (separator is < ' ' or > '~' || EdgeTags.IsPortable([separator]))
            throw new ArgumentException($"The separator is '{separator}'; it must be a visible ASCII character or a space, and none that a tag may have.", nameof(separator));
        EdgeRegistrations.Of(builder).Add(
            name, new EdgeTagFormat(tagHeader, separator, EdgeTags.MaximumCount, EdgeTags.MaximumLength, 8_192), static services => ActivatorUtilities.GetServiceOrCreateInstance<TPurger>(services));
        return builder;
    }
}
